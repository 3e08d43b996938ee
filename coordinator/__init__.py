"""Sessions: owns their state and timers, partition by partition.

A walk: `leases.py` says which partitions are ours. `reader.py` waits for entries of all of a node's at once and hands
them to `partition.py`, which decodes them (`entries.py`), reads the sessions that they need (`sessions.py`,
`snapshots.py`) and makes a batch (`making.py`): `engine/` decides, `outbox.py` encodes what is said, `quarantine.py`
sets aside what fails. `commit.py` stores and publishes the batch with one script. `timers.py` and `presence.py` append
Ticks and GatewayLost to the same streams. `app.py` wires this together.
"""
