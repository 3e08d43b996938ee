"""Connections: WebSockets to players and hosts; forgets everything when it stops.

In:  `server` accepts and checks the origin, `connection` reads a message, `intake` decodes it and asks
     `admission` whether it may be sent, `relay` keeps it until its reply has come, `appender` appends it to
     its partition's stream.
Out: `feed` hears what coordinators publish for the channels that `subscriber` wants, `hub` finds whom it is
     for, `frames` turns a Step into bytes once for all, `connection` writes them. `resync` fetches what was missed.
Beside that: `address` finds who a client is, `roundtrip` measures each connection, `pages` serves what is not a
WebSocket, `readiness` and `heartbeat` say how this gateway is, and `app` wires all of it.
"""
