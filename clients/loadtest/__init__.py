"""A crowd of simulated players that plays a whole quiz, measures it, and computes every point again.

`__main__` reads the arguments; `crowd` plays; `wire` is a WebSocket that costs little, so that the crowd
measures the server and not itself; `ledger` judges what was told against what was sent; `report`
makes figures of it.
"""
