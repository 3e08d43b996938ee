"""Connections: WebSockets to players and hosts. A gateway keeps no state beyond its own life.

In:  `server` accepts and checks the `origin`, `connection` reads a message, `intake` decodes it and asks
     `admission` and `limits` whether it may be sent, `relay` keeps it until its reply has come, `appender`
     appends it to its partition's stream.
Out: `feed` hears what coordinators publish for the channels that `subscriber` wants, `hub` finds the `room` of the
     session, `continuity` judges whether the Step follows, `fanout` goes through the connections, `frames` turns the
     Step into bytes once for all, `connection` writes them. `resync` reads what was missed.
State: `seat` says whom a connection acts as, `patience` how long it is waited for, `continuity` where the deliveries
     of a session are. Each of the three is pure, and the only one that changes its state.
Beside that: `address` finds who a client is, `roundtrip` measures each connection, `pages` serves what is not a
WebSocket, `readiness` and `heartbeat` say how this gateway is, `timing` has all times, `tasks` whatever runs beside
the callbacks, `drain` sends everybody away, and `app` wires all of it.
"""
