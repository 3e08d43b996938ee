"""The cases, one file each: `async def measure() -> tuple[Row, ...]` and a `TITLE`."""
