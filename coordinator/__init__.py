"""Sessions: owns their state and timers, partition by partition."""
