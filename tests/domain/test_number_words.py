"""Numbers in words: the places where each language has its turns."""

import pytest

from ccapp.domain.number_words import (
    MOST,
    chinese,
    chinese_of,
    english,
    russian,
    russian_form,
    spanish,
    spanish_of,
    vietnamese,
)


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "zero"), (1, "one"), (11, "eleven"), (13, "thirteen"), (20, "twenty"), (21, "twenty-one"),
        (40, "forty"), (99, "ninety-nine"), (100, "one hundred"), (101, "one hundred and one"),
        (342, "three hundred and forty-two"), (999, "nine hundred and ninety-nine"), (1000, "1000"),
    ],
)  # fmt: skip
def test_english(n: int, words: str) -> None:
    assert english(n) == words


@pytest.mark.parametrize(
    ("n", "words", "of"),
    [
        (1, "uno", "un"), (2, "dos", "dos"), (16, "dieciséis", "dieciséis"),
        (21, "veintiuno", "veintiún"), (22, "veintidós", "veintidós"), (30, "treinta", "treinta"),
        (31, "treinta y uno", "treinta y un"), (41, "cuarenta y uno", "cuarenta y un"),
        (100, "cien", "cien"), (101, "ciento uno", "ciento un"), (121, "ciento veintiuno", "ciento veintiún"),
        (500, "quinientos", "quinientos"), (777, *2 * ["setecientos setenta y siete"]),
        (900, "novecientos", "novecientos"), (1000, "1000", "1000"),
    ],
)  # fmt: skip
def test_spanish(n: int, words: str, of: str) -> None:
    assert (spanish(n), spanish_of(n)) == (words, of)


@pytest.mark.parametrize(
    ("n", "masculine", "feminine", "form"),
    [
        (1, "один", "одна", "минута"), (2, "два", "две", "минуты"), (3, "три", "три", "минуты"),
        (4, "четыре", "четыре", "минуты"), (5, "пять", "пять", "минут"), (10, "десять", "десять", "минут"),
        (11, "одиннадцать", "одиннадцать", "минут"), (12, "двенадцать", "двенадцать", "минут"),
        (14, "четырнадцать", "четырнадцать", "минут"), (20, "двадцать", "двадцать", "минут"),
        (21, "двадцать один", "двадцать одна", "минута"), (22, "двадцать два", "двадцать две", "минуты"),
        (25, "двадцать пять", "двадцать пять", "минут"), (40, "сорок", "сорок", "минут"),
        (101, "сто один", "сто одна", "минута"), (111, "сто одиннадцать", "сто одиннадцать", "минут"),
        (112, "сто двенадцать", "сто двенадцать", "минут"), (202, "двести два", "двести две", "минуты"),
        (999, *2 * ["девятьсот девяносто девять"], "минут"), (1000, "1000", "1000", "минут"),
    ],
)  # fmt: skip
def test_russian(n: int, masculine: str, feminine: str, form: str) -> None:
    assert (russian(n), russian(n, "feminine")) == (masculine, feminine)
    assert russian_form(n, "минута", "минуты", "минут") == form


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "một"), (4, "bốn"), (5, "năm"), (10, "mười"), (11, "mười một"), (14, "mười bốn"),
        (15, "mười lăm"), (20, "hai mươi"), (21, "hai mươi mốt"), (24, "hai mươi tư"),
        (25, "hai mươi lăm"), (30, "ba mươi"), (31, "ba mươi mốt"), (55, "năm mươi lăm"),
        (100, "một trăm"), (101, "một trăm linh một"), (105, "một trăm linh năm"), (110, "một trăm mười"),
        (115, "một trăm mười lăm"), (121, "một trăm hai mươi mốt"), (1000, "1000"),
    ],
)  # fmt: skip
def test_vietnamese(n: int, words: str) -> None:
    assert vietnamese(n) == words


@pytest.mark.parametrize(
    ("n", "words", "of"),
    [
        (1, "一", "一"), (2, "二", "两"), (10, "十", "十"), (11, "十一", "十一"), (12, "十二", "十二"),
        (20, "二十", "二十"), (22, "二十二", "二十二"), (100, "一百", "一百"), (101, "一百零一", "一百零一"),
        (110, "一百一十", "一百一十"), (112, "一百一十二", "一百一十二"), (120, "一百二十", "一百二十"),
        (202, "二百零二", "二百零二"), (999, "九百九十九", "九百九十九"), (1000, "1000", "1000"),
    ],
)  # fmt: skip
def test_chinese(n: int, words: str, of: str) -> None:
    assert (chinese(n), chinese_of(n)) == (words, of)


@pytest.mark.parametrize("spoken", [english, spanish, russian, vietnamese, chinese])
def test_every_number_has_words_of_its_own(spoken) -> None:
    words = [spoken(n) for n in range(MOST + 1)]
    assert len(set(words)) == MOST + 1
    assert not any(any(c.isdigit() for c in each) or each != each.strip() or "  " in each for each in words)
