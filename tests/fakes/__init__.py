"""Fakes for unit tests. Each passes the same contract test as the real thing."""
