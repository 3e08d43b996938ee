"""What gateways and coordinators share: the wire protocol, the envelopes in Redis, and the command line."""

__version__ = "0.1.0"
