"""Reference data that every request asks for and that rarely changes: read from memory, for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_SECONDS = 30.0


class Remembered(Generic[T]):
    """The value of `load`, at most `FRESH_SECONDS` old. A falsy value (nothing loaded yet) is never kept."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._value: T | None = None
        self._loaded_at = float("-inf")

    def __call__(self) -> T:
        value = self._value
        if value is None or time.monotonic() - self._loaded_at > FRESH_SECONDS:
            value = self._load()
            self._loaded_at = time.monotonic()
            self._value = value or None
        return value
