"""Sessions: a coordinator owns their state and timers, partition by partition.

A walk: `ownership/` says which partitions are ours, and `owned` what follows when one comes or goes. `reader` waits for
the entries of all of a node's partitions at once and hands them to `batch/`: `engine/` decides, and one script stores
and publishes what comes of it. `log/` holds what a session's host can download and anybody can replay. `timers` appends
a Tick to the same stream when a deadline is due, and `ownership/presence` a GatewayLost when a gateway has died. All
times are in `timing`. `app` wires this together.
"""
