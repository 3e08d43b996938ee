"""Frames without sense, by the million, at a real server on which a game is played: `make fuzz`."""
