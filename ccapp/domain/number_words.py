"""Whole numbers in words, as they are spoken: genders and counting forms are the caller's to choose.

Numbers beyond MOST are digits: whoever speaks them reads them in its own way.
"""

from typing import Final, Literal

MOST: Final = 999

type Gender = Literal["masculine", "feminine"]


def _words(text: str) -> list[str]:
    return text.split()


_EN = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")


def english(n: int) -> str:
    if n > MOST:
        return str(n)
    if n < 20:
        return _EN[n]
    if n < 100:
        return _EN_TENS[n // 10 - 2] + (f"-{_EN[n % 10]}" if n % 10 else "")
    return f"{_EN[n // 100]} hundred" + (f" and {english(n % 100)}" if n % 100 else "")


_ES = _words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS = _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _words(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)


def spanish(n: int) -> str:
    if n > MOST:
        return str(n)
    if n < 30:
        return _ES[n]
    if n < 100:
        return _ES_TENS[n // 10 - 3] + (f" y {_ES[n % 10]}" if n % 10 else "")
    if n == 100:
        return "cien"
    return _ES_HUNDREDS[n // 100 - 1] + (f" {spanish(n % 100)}" if n % 100 else "")


def spanish_of(n: int) -> str:
    """Before a masculine noun: un, veintiún, treinta y un."""
    words = spanish(n)
    if words.endswith("veintiuno"):
        return words.removesuffix("uno") + "ún"
    return words.removesuffix("o") if words.endswith("uno") else words


_RU = _words(
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
_RU_TENS = _words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
_RU_HUNDREDS = _words("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")
_RU_FEMININE = {1: "одна", 2: "две"}


def russian(n: int, gender: Gender = "masculine") -> str:
    """In the nominative case."""
    if n > MOST:
        return str(n)
    if n < 20:
        return _RU_FEMININE.get(n, _RU[n]) if gender == "feminine" else _RU[n]
    most, rest = (_RU_TENS[n // 10 - 2], n % 10) if n < 100 else (_RU_HUNDREDS[n // 100 - 1], n % 100)
    return f"{most} {russian(rest, gender)}" if rest else most


def russian_form(n: int, one: str, few: str, many: str) -> str:
    """The form of a noun that goes with `n`: 1 минута, 2 минуты, 5 минут, 11 минут, 21 минута."""
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many


_VI = _words("không một hai ba bốn năm sáu bảy tám chín mười")
_VI_LAST = {1: "mốt", 4: "tư", 5: "lăm"}
"""Of the last digit after a ten from twenty on; lăm after mười, too."""


def vietnamese(n: int) -> str:
    if n > MOST:
        return str(n)
    if n <= 10:
        return _VI[n]
    if n < 20:
        return f"mười {'lăm' if n == 15 else _VI[n % 10]}"
    if n < 100:
        tens = f"{_VI[n // 10]} mươi"
        return f"{tens} {_VI_LAST.get(n % 10, _VI[n % 10])}" if n % 10 else tens
    hundreds, rest = f"{_VI[n // 100]} trăm", n % 100
    if not rest:
        return hundreds
    return f"{hundreds} linh {_VI[rest]}" if rest < 10 else f"{hundreds} {vietnamese(rest)}"


_ZH = "零一二三四五六七八九"


def chinese(n: int) -> str:
    if n > MOST:
        return str(n)
    if n < 10:
        return _ZH[n]
    if n < 100:
        tens = "" if n < 20 else _ZH[n // 10]
        return f"{tens}十{_ZH[n % 10] if n % 10 else ''}"
    hundreds, rest = f"{_ZH[n // 100]}百", n % 100
    if not rest:
        return hundreds
    if rest < 10:
        return f"{hundreds}零{_ZH[rest]}"
    return f"{hundreds}{'一' if rest < 20 else ''}{chinese(rest)}"


def chinese_of(n: int) -> str:
    """Before a measure word: 两分钟, but 十二分钟 and 第二位."""
    return "两" if n == 2 else chinese(n)
