"""The way to Valkey or Redis.

`url` reads an address, `deployment` finds the nodes behind it (one server, a `cluster`, or what `sentinel`s watch;
`topology` follows where they are), and `nodes` keeps a `link` to each `node`. `script` runs Lua, `clock` measures the
server's time, `pace` gathers what goes out together, and `outage` says once that Redis is away, and once that it is
back.

Everything here that waits for Redis raises `link.StoreError`, and nothing else: `LinkLost` if there is no answer, and
what was asked may have been done or not; `Refusal` if Redis refused it, and it was not done.
"""
