"""Something that happens at most once, and those who want to hear of it."""

from collections.abc import Callable


class Signal[T]:
    """`fire` once; callbacks run at once, in the order they were added. A late callback runs at once too."""

    def __init__(self) -> None:
        self.fired: T | None = None
        self._callbacks: dict[int, Callable[[T], None]] = {}
        self._next = 0

    def fire(self, what: T) -> None:
        if self.fired is None:
            self.fired = what
            callbacks, self._callbacks = self._callbacks, {}
            for callback in callbacks.values():
                callback(what)

    def on(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Calls `callback` when fired. Returns the undo."""
        if self.fired is not None:
            callback(self.fired)
            return lambda: None
        key, self._next = self._next, self._next + 1
        self._callbacks[key] = callback
        return lambda: self._callbacks.pop(key, None) and None
