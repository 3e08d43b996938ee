"""What gateways and coordinators share: the wire protocol, the envelopes that travel through Redis, and the command line."""

__version__ = "0.1.0"
