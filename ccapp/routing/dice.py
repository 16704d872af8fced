"""Chance that can be repeated: the same seed, the same throws. Pure, so that decisions stay so."""

_MASK = (1 << 64) - 1


class Dice:
    """SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, fast, and even enough to choose agents by."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, count: int) -> int:
        """0 to `count` - 1."""
        return (self._next() * count) >> 64

    def happens(self, probability: float) -> bool:
        return self._next() < probability * (_MASK + 1)
