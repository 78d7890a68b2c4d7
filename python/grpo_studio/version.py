"""Of this client; the app tells a run's in its facts."""

VERSION = "0.1.0"

INGEST_VERSION = 1
"""Of the protocol: part of its paths."""
