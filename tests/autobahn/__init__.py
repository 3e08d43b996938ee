"""The Autobahn test suite on the gateway's connections: `make autobahn`."""
