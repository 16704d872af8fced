"""What is said to one who waits: his position and the wait to expect, in the words of his language.

A wait is said in whole minutes, rounded up, from twenty minutes on to the next five. A sentence of the
operator's own may hold `{position}` and `{wait}` (in words), and `{minutes}` (in digits).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from ccapp.domain.ivr import Say
from ccapp.domain.number_words import (
    chinese,
    chinese_of,
    english,
    russian,
    russian_form,
    spanish,
    spanish_of,
    vietnamese,
)

FALLBACK: Final = "en"
HOUR_MIN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Of the operator's own, in place of ours; None: ours."""

    next: Say | None = None  # to the first in line; None: as to the others
    position: Say | None = None
    wait: Say | None = None


OURS: Final = Sentences()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """One language's."""

    next: str
    position: str
    wait: str
    number: Callable[[int], str]
    minutes: Callable[[int], str]
    less: str  # than a minute
    more: str  # than an hour


_ENGLISH = _Words(
    next="You are the next caller in line.",
    position="You are number {position} in line.",
    wait="The expected wait is {wait}.",
    number=english,
    minutes=lambda n: f"about {english(n)} {'minute' if n == 1 else 'minutes'}",
    less="less than a minute",
    more="more than an hour",
)
_SPANISH = _Words(
    next="Usted es el siguiente en la fila.",
    position="Usted es el número {position} en la fila.",
    wait="El tiempo de espera es de {wait}.",
    number=spanish,
    minutes=lambda n: f"alrededor de {spanish_of(n)} {'minuto' if n == 1 else 'minutos'}",
    less="menos de un minuto",
    more="más de una hora",
)
_RUSSIAN = _Words(
    next="Вы следующий в очереди.",
    position="Ваш номер в очереди: {position}.",
    wait="Время ожидания: {wait}.",
    number=russian,
    minutes=lambda n: f"примерно {russian(n, 'feminine')} {russian_form(n, 'минута', 'минуты', 'минут')}",
    less="меньше минуты",
    more="больше часа",
)
_VIETNAMESE = _Words(
    next="Quý khách là người tiếp theo trong hàng chờ.",
    position="Quý khách đang ở vị trí số {position} trong hàng chờ.",
    wait="Thời gian chờ dự kiến là {wait}.",
    number=vietnamese,
    minutes=lambda n: f"khoảng {vietnamese(n)} phút",
    less="dưới một phút",
    more="hơn một giờ",
)
_CHINESE = _Words(
    next="您是下一位。",
    position="您排在第{position}位。",
    wait="预计等待时间{wait}。",
    number=chinese,
    minutes=lambda n: f"大约{chinese_of(n)}分钟",
    less="不到一分钟",
    more="超过一小时",
)
_LANGUAGES: Final[Mapping[str, _Words]] = {
    "en": _ENGLISH,
    "es": _SPANISH,
    "ru": _RUSSIAN,
    "vi": _VIETNAMESE,
    "zh": _CHINESE,
    "cmn": _CHINESE,  # as espeak-ng calls it
}


def language_of(wanted: str, centres: str) -> str:
    """That of our sentences for a call in `wanted` (empty: in the centre's own, as its voice is called)."""
    language = _bare(wanted or centres)
    return language if language in _LANGUAGES else FALLBACK


def _bare(language: str) -> str:
    """`es` of es-MX, es_MX and es+f3."""
    for mark in "-_+.":
        language = language.partition(mark)[0]
    return language.lower()


def minutes_of(wait_s: float) -> int:
    """As they are said: 0 is less than one, more than HOUR_MIN more than an hour."""
    if wait_s < 60:
        return 0
    minutes = ceil(wait_s / 60)
    return minutes if minutes <= 20 or minutes > HOUR_MIN else 5 * ceil(minutes / 5)


@dataclass(frozen=True, slots=True)
class Worded:
    """To be spoken in `language`, by `voice` if it has one of its own."""

    text: str
    language: str
    voice: str = ""


def position(n: int, wanted: str, centres: str, own: Sentences = OURS) -> Worded:
    """To the n-th in line; `wanted` is the call's language, `centres` that of the centre's own voice."""
    said = own.next if n == 1 and own.next is not None else own.position
    if said is not None:
        language = _language_in(said, wanted, centres)
        words = _LANGUAGES.get(language)
        return _filled(said, wanted, language, {"position": words.number(n) if words else str(n)})
    words = _LANGUAGES[language := language_of(wanted, centres)]
    return Worded(words.next if n == 1 else words.position.format(position=words.number(n)), language)


def wait(wait_s: float, wanted: str, centres: str, own: Sentences = OURS) -> Worded:
    minutes = minutes_of(wait_s)
    if own.wait is not None:
        language = _language_in(own.wait, wanted, centres)
        told = _how_long(minutes, _LANGUAGES.get(language, _ENGLISH))
        return _filled(own.wait, wanted, language, {"wait": told, "minutes": str(max(1, minutes))})
    words = _LANGUAGES[language := language_of(wanted, centres)]
    return Worded(words.wait.format(wait=_how_long(minutes, words)), language)


def _how_long(minutes: int, words: _Words) -> str:
    if minutes == 0:
        return words.less
    return words.more if minutes > HOUR_MIN else words.minutes(minutes)


def _language_in(said: Say, wanted: str, centres: str) -> str:
    """Of the text a call hears: that of its translation, or the centre's own."""
    translated = said.in_language(wanted) != said.text
    return _bare(wanted if translated else centres)


def _filled(said: Say, wanted: str, language: str, values: Mapping[str, str]) -> Worded:
    text = said.in_language(wanted)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return Worded(text, language, said.voice)
