"""Waiting for something to become true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def eventually(find: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """The first true value of `find`, tried every 20 ms. Fails with the last value seen."""
    deadline = time.monotonic() + seconds
    value = find()
    while not value:
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what or find}; last seen: {value!r}")
        time.sleep(0.02)
        value = find()
    return value
