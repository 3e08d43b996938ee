"""The program: command line, wiring of the processes, embedded server, health, logs. Nothing else knows it.

`cli` turns arguments into settings and calls `serve`, which checks the Redis (`preflight`), starts what the command
is made of and stops it again. `embedded` is the server of a data folder, `server_watch` starts it again, `last_words`
says why it ended. `welcome` prints the `addresses` to open. `admin` answers on the internal port, with metrics by
`exposition`. `replay_command` is `quickpoll replay`, `doctor` is `quickpoll doctor`.
"""
