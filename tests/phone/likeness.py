"""Is this the prompt that was heard? Normalised cross-correlation, cheap enough for pure Python.

First the loudness envelope (one value for each 20 ms) of the prompt's beginning is slid along the envelope of
what was heard. Only at the few best places the samples themselves are compared, over the loudest quarter
second. So the result is a correlation of samples: 0.99 and more for the same prompt through G.711 at any
volume, below 0.6 for any other (measured over Asterisk's core sounds). Twenty seconds heard cost about 40 ms.
"""

import math
from collections.abc import Sequence
from itertools import accumulate

from .codec import FRAME

_BEGINNING = 150
"""Frames of the prompt that are looked for: three seconds."""
_CLOSE_UP = 2000
"""Samples compared one by one: a quarter of a second."""
_CANDIDATES = 4
_RESEMBLING = 0.5
"""Envelopes that correlate less are not worth a closer look."""
_SURE = 0.95
"""No other place can be a better one."""
_QUIET = 1e-3
"""Root mean square below which a frame is silence (-60 dB)."""


def likeness(prompt: Sequence[float], heard: Sequence[float]) -> float:
    """How well the beginning (3 s) of `prompt` is found anywhere in `heard`: 0..1. Both at 8 kHz."""
    prompt = _trimmed(prompt)
    shape, outline = envelope(prompt)[:_BEGINNING], envelope(heard)
    if not shape or len(outline) < len(shape):
        return 0.0
    loudest = _loudest(prompt[: len(shape) * FRAME])
    piece = prompt[loudest : loudest + _CLOSE_UP]
    best = 0.0
    for at in _places(shape, outline):
        best = max(best, _close_up(piece, heard, at * FRAME + loudest))
        if best > _SURE:
            break
    return best


def wording(prompt: Sequence[float], heard: Sequence[float]) -> float:
    """How well `prompt` is found anywhere in `heard` from its first to its last sound, 0..1: the correlation
    of the loud quarter second that fits least. So it tells apart what differs in a single word."""
    prompt = _trimmed(prompt)
    shape, outline = envelope(prompt), envelope(heard)
    if not shape or len(outline) < len(shape):
        return 0.0
    return max((_least_alike(prompt, heard, at * FRAME) for at in _places(shape, outline)), default=0.0)


def _least_alike(prompt: Sequence[float], heard: Sequence[float], at: int) -> float:
    pieces = [
        (start, prompt[start : start + _CLOSE_UP]) for start in range(0, len(prompt) - _CLOSE_UP, _CLOSE_UP)
    ]
    loud = max(math.sumprod(piece, piece) for _, piece in pieces) / 20
    told = [(start, piece) for start, piece in pieces if math.sumprod(piece, piece) > loud]
    return min(_close_up(piece, heard, at + start) for start, piece in told)


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Pearson's correlation -1..1 of two equally long series; 0 when one of them is constant."""
    n = len(a)
    mean_a, mean_b = sum(a) / n, sum(b) / n
    covariance = math.sumprod(a, b) - n * mean_a * mean_b
    spread = (math.sumprod(a, a) - n * mean_a**2) * (math.sumprod(b, b) - n * mean_b**2)
    return covariance / math.sqrt(spread) if spread > 1e-12 else 0.0


def _places(shape: Sequence[float], outline: Sequence[float]) -> list[int]:
    """The frames of `outline` where `shape` fits best, at least two apart, best first."""
    fits = ((correlation(shape, outline[at : at + len(shape)]), at) for at in range(_lags(shape, outline)))
    best: list[int] = []
    for fit, at in sorted(fits, reverse=True):
        if fit < _RESEMBLING or len(best) == _CANDIDATES:
            break
        if all(abs(at - other) > 1 for other in best):
            best.append(at)
    return best


def _lags(shape: Sequence[float], outline: Sequence[float]) -> int:
    return len(outline) - len(shape) + 1


def _close_up(piece: Sequence[float], heard: Sequence[float], near: int) -> float:
    """The best correlation of samples within a frame of `near`."""
    first = max(0, near - FRAME)
    around = heard[first : near + FRAME + len(piece)]
    loudness = [0.0, *accumulate(s * s for s in around)]
    energy = math.sumprod(piece, piece)
    best = 0.0
    for start in range(len(around) - len(piece) + 1):
        norm = energy * (loudness[start + len(piece)] - loudness[start])
        if norm > 1e-9:
            product = math.sumprod(piece, around[start : start + len(piece)])
            best = max(best, product / math.sqrt(norm))
    return best


def envelope(samples: Sequence[float]) -> list[float]:
    """Loudness of each whole frame on a logarithmic scale, silence being 0."""
    return [
        math.log10(1 + math.sqrt(math.sumprod(frame, frame) / FRAME) / _QUIET)
        for start in range(0, len(samples) - FRAME + 1, FRAME)
        if (frame := samples[start : start + FRAME])
    ]


def _trimmed(samples: Sequence[float]) -> Sequence[float]:
    """Without whole frames of silence at both ends."""
    loud = [n for n, level in enumerate(envelope(samples)) if level > math.log10(2)]
    return samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if loud else []


def _loudest(samples: Sequence[float]) -> int:
    """Where the loudest part begins."""
    starts = range(0, max(1, len(samples) - _CLOSE_UP), FRAME)
    return max(
        starts, key=lambda at: math.sumprod(samples[at : at + _CLOSE_UP], samples[at : at + _CLOSE_UP])
    )
