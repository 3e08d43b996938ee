"""The program: command line, wiring of the processes, embedded server, health, logs. Nothing else knows it.

`cli` turns arguments into settings and calls `serve`, which checks the Redis (`preflight`), starts what the command
is made of (`embedded` too) and stops it again. `admin` answers on the internal port, with metrics by `exposition`.
`replay_command` is `quickpoll replay`.
"""
