"""Ways into a trainer that has no callback for what is needed: methods of the one instance, replaced by ones that call them."""

from __future__ import annotations

import functools
import sys
from typing import Any, Callable, Optional


def wrap(trainer: Any, name: str, around: Callable[..., Any]) -> bool:
    """`around(original, *args, **kwargs)` runs in place of the method; False where this version of TRL has none of that name."""
    original = getattr(trainer, name, None)
    if original is None:
        return False

    @functools.wraps(original)
    def instead(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    setattr(trainer, name, instead)
    return True


def trainer_of(callback: Any) -> Optional[Any]:
    """The trainer that calls this callback now, found among its callers: callbacks are not told of it."""
    frame = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        handler = getattr(owner, "callback_handler", None)
        if handler is not None and callback in getattr(handler, "callbacks", ()):
            return owner
        frame = frame.f_back  # type: ignore[assignment]
    return None
