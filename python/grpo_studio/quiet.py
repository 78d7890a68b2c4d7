"""Nothing that goes wrong here may end or fail a training: it is logged, once each, and training goes on."""

from __future__ import annotations

import functools
import logging
from typing import Any, Callable, TypeVar

log = logging.getLogger("grpo_studio")

F = TypeVar("F", bound=Callable[..., Any])
_told: set[str] = set()


def warn_once(message: str) -> None:
    """A warning through `logging`, the first time that it is given."""
    if message not in _told:
        _told.add(message)
        log.warning("grpo-studio: %s", message)


def quiet(work: F) -> F:
    """The same function, which gives None instead of raising any `Exception`."""

    @functools.wraps(work)
    def safely(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except Exception as error:
            warn_once(f"{work.__qualname__} failed ({type(error).__name__}: {error}); training goes on.")
            log.debug("grpo-studio: %s failed", work.__qualname__, exc_info=True)
            return None

    return safely  # type: ignore[return-value]
