"""Is this the prompt that was heard? Normalised cross-correlation, cheap enough for pure Python.

First the loudness envelope (one value for each 20 ms) of the prompt's beginning is slid along the envelope of
what was heard. Only at the few best places the samples themselves are compared, over its loudest half
second. So the result is a correlation of samples: near 1 for the same prompt through G.711 at any volume,
below about 0.4 for another one. One minute heard against a three-second beginning costs about 0.1 s.
"""

import math
from collections.abc import Sequence

from .codec import FRAME

_BEGINNING = 150
"""Frames of the prompt that are looked for: three seconds."""
_CLOSE_UP = 4000
"""Samples compared one by one: half a second."""
_CANDIDATES = 8
_QUIET = 1e-3
"""Root mean square below which a frame is silence (-60 dB)."""


def likeness(prompt: Sequence[float], heard: Sequence[float]) -> float:
    """How well the beginning (3 s) of `prompt` is found anywhere in `heard`: 0..1. Both at 8 kHz."""
    prompt = _trimmed(prompt)
    shape, outline = _envelope(prompt)[:_BEGINNING], _envelope(heard)
    if not shape or len(outline) < len(shape):
        return 0.0
    places = sorted(
        range(len(outline) - len(shape) + 1),
        key=lambda at: correlation(shape, outline[at : at + len(shape)]),
        reverse=True,
    )
    loudest = _loudest(prompt[: len(shape) * FRAME])
    piece = prompt[loudest : loudest + _CLOSE_UP]
    return max(_close_up(piece, heard, at * FRAME + loudest) for at in places[:_CANDIDATES])


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's correlation -1..1 of two equally long series; 0 when one of them is constant."""
    n = len(a)
    mean_a, mean_b = sum(a) / n, sum(b) / n
    covariance = math.sumprod(a, b) - n * mean_a * mean_b
    spread = (math.sumprod(a, a) - n * mean_a**2) * (math.sumprod(b, b) - n * mean_b**2)
    return covariance / math.sqrt(spread) if spread > 1e-12 else 0.0


def _close_up(piece: Sequence[float], heard: Sequence[float], near: int) -> float:
    """The best correlation of samples within 1.5 frames of `near`."""
    best = 0.0
    energy = math.sumprod(piece, piece)
    for start in range(max(0, near - FRAME * 3 // 2), near + FRAME * 3 // 2 + 1):
        there = heard[start : start + len(piece)]
        if len(there) < len(piece):
            break
        norm = math.sqrt(energy * math.sumprod(there, there))
        if norm > 0:
            best = max(best, math.sumprod(piece, there) / norm)
    return best


def _envelope(samples: Sequence[float]) -> list[float]:
    """Loudness of each whole frame on a logarithmic scale, silence being 0."""
    return [
        math.log10(1 + math.sqrt(math.sumprod(frame, frame) / FRAME) / _QUIET)
        for start in range(0, len(samples) - FRAME + 1, FRAME)
        if (frame := samples[start : start + FRAME])
    ]


def _trimmed(samples: Sequence[float]) -> Sequence[float]:
    """Without whole frames of silence at both ends."""
    loud = [n for n, level in enumerate(_envelope(samples)) if level > math.log10(2)]
    return samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if loud else []


def _loudest(samples: Sequence[float]) -> int:
    """Where the loudest half second begins."""
    starts = range(0, max(1, len(samples) - _CLOSE_UP), FRAME)
    return max(
        starts, key=lambda at: math.sumprod(samples[at : at + _CLOSE_UP], samples[at : at + _CLOSE_UP])
    )
