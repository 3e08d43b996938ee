import asyncio
import socket

import pytest

from quickpoll.listening import addresses_of, port_for


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "localhost"])  # noqa: S104
def test_an_address_is_taken_as_it_is(host: str) -> None:
    assert addresses_of(host) == [host]
    assert port_for([host], 0) == 0


async def test_both_families_are_served_on_one_port() -> None:
    def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    addresses = addresses_of("::")
    assert addresses == ["0.0.0.0", "::"]  # noqa: S104
    port = port_for(addresses, 0)
    server = await asyncio.start_server(close, addresses, port)
    async with server:
        for client in ("127.0.0.1", "::1"):
            reader, writer = await asyncio.open_connection(client, port)
            assert await reader.read() == b""
            writer.close()


def test_a_machine_without_a_family_serves_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without_ipv6(family: int = socket.AF_INET, *more: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError("Address family not supported by protocol")
        return real(family, *more)

    monkeypatch.setattr(socket, "socket", without_ipv6)
    assert addresses_of("::") == ["0.0.0.0"]  # noqa: S104
