"""One owned partition: entries are read, applied and committed in batches.

`partition` takes raw entries (`entries`), loads the sessions that they need (`sessions`, `snapshots`) and has a batch
built (`builder`): the engine decides, `outbox` encodes what is said, `quarantine` sets aside what fails. `commit`
stores and publishes all of it by one script, and waits for `replicas` where that is asked for.
"""
