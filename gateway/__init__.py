"""Connections: WebSockets to players and hosts; forgets everything when it stops."""
