"""Times as the protocol has them."""

from datetime import datetime, timezone


def now() -> str:
    """UTC, ISO 8601, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
