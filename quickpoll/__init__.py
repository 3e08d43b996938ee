"""What gateways, coordinators and clients share: the wire protocol, the envelopes in Redis, keys, names, settings."""

__version__ = "0.1.0"
