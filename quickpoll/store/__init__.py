"""The way to Valkey or Redis.

`url` reads an address, `deployment` finds the nodes behind it (one server, `cluster`, or `sentinel`; `topology` watches
where they are), `nodes` keeps a `link` to each. `script` runs Lua, `clock` measures the server's time, `pace` gathers
what goes out together, `outage` says once that Redis is away and once that it is back. `library` is the only file that
imports the `redis` library, and `fake` puts its in-process stand-in behind a link.

Everything here that waits for Redis raises `link.StoreError`, and nothing else: `LinkLost` if there is no answer, and
what was asked may have been done or not; `Refusal` if Redis refused it, and it was not done.
"""
