"""What one who waits is told, in each language."""

import pytest

from ccapp.domain.ivr import Say
from ccapp.domain.waiting_words import Sentences, Worded, language_of, minutes_of, position, wait
from tests.rows import rows


@rows("VX-03")
@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        ("en", 1, "You are the next caller in line."),
        ("en", 2, "You are number two in line."),
        ("en", 21, "You are number twenty-one in line."),
        ("es", 1, "Usted es el siguiente en la fila."),
        ("es", 2, "Usted es el número dos en la fila."),
        ("es", 21, "Usted es el número veintiuno en la fila."),
        ("ru", 1, "Вы следующий в очереди."),
        ("ru", 2, "Ваш номер в очереди: два."),
        ("ru", 21, "Ваш номер в очереди: двадцать один."),
        ("vi", 1, "Quý khách là người tiếp theo trong hàng chờ."),
        ("vi", 4, "Quý khách đang ở vị trí số bốn trong hàng chờ."),
        ("vi", 15, "Quý khách đang ở vị trí số mười lăm trong hàng chờ."),
        ("zh", 1, "您是下一位。"),
        ("zh", 2, "您排在第二位。"),
        ("zh", 12, "您排在第十二位。"),
    ],
)
def test_positions(language: str, n: int, text: str) -> None:
    assert position(n, language, "en") == Worded(text, language)


@rows("VX-03")
@pytest.mark.parametrize(
    ("language", "seconds", "text"),
    [
        ("en", 0, "The expected wait is less than a minute."),
        ("en", 60, "The expected wait is about one minute."),
        ("en", 61, "The expected wait is about two minutes."),
        ("en", 3601, "The expected wait is more than an hour."),
        ("es", 59, "El tiempo de espera es de menos de un minuto."),
        ("es", 60, "El tiempo de espera es de alrededor de un minuto."),
        ("es", 120, "El tiempo de espera es de alrededor de dos minutos."),
        ("es", 3601, "El tiempo de espera es de más de una hora."),
        ("ru", 59, "Время ожидания: меньше минуты."),
        ("ru", 60, "Время ожидания: примерно одна минута."),
        ("ru", 120, "Время ожидания: примерно две минуты."),
        ("ru", 240, "Время ожидания: примерно четыре минуты."),
        ("ru", 300, "Время ожидания: примерно пять минут."),
        ("ru", 660, "Время ожидания: примерно одиннадцать минут."),
        ("ru", 720, "Время ожидания: примерно двенадцать минут."),
        ("ru", 3601, "Время ожидания: больше часа."),
        ("vi", 59, "Thời gian chờ dự kiến là dưới một phút."),
        ("vi", 240, "Thời gian chờ dự kiến là khoảng bốn phút."),
        ("vi", 900, "Thời gian chờ dự kiến là khoảng mười lăm phút."),
        ("vi", 3601, "Thời gian chờ dự kiến là hơn một giờ."),
        ("zh", 59, "预计等待时间不到一分钟。"),
        ("zh", 60, "预计等待时间大约一分钟。"),
        ("zh", 120, "预计等待时间大约两分钟。"),
        ("zh", 720, "预计等待时间大约十二分钟。"),
        ("zh", 3601, "预计等待时间超过一小时。"),
    ],
)
def test_waits(language: str, seconds: float, text: str) -> None:
    assert wait(seconds, language, "en") == Worded(text, language)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0, 0), (59.9, 0), (60, 1), (60.1, 2), (1200, 20), (1201, 25), (1501, 30), (3600, 60), (3601, 61)],
)
def test_a_wait_is_not_said_more_exactly_than_it_is_known(seconds: float, minutes: int) -> None:
    assert minutes_of(seconds) == minutes


@pytest.mark.parametrize(
    ("wanted", "centres", "spoken"),
    [
        ("es-MX", "en", "es"), ("ES", "en", "es"), ("zh-CN", "en", "zh"), ("de", "en", "en"),
        ("de", "ru", "en"), ("", "ru", "ru"), ("", "es+f3", "es"), ("", "en-us", "en"), ("", "de", "en"),
        ("", "cmn", "cmn"),
    ],
)  # fmt: skip
def test_the_language(wanted: str, centres: str, spoken: str) -> None:
    assert language_of(wanted, centres) == spoken


OWN = Sentences(
    position=Say(
        text="Sie sind Nummer {position}.",
        voice="anna",
        translations=(("ru", "Перед вами не больше {position}."),),
    ),
    wait=Say(text="Noch {minutes} Minuten.", translations=(("es", "Espere {wait}, {CallerName}."),)),
)


def test_an_operators_own_sentences() -> None:
    assert position(3, "", "de", OWN) == Worded("Sie sind Nummer 3.", "de", "anna")
    assert position(1, "es", "de", OWN) == Worded("Sie sind Nummer 1.", "de", "anna")
    assert position(2, "ru-RU", "de", OWN) == Worded("Перед вами не больше два.", "ru", "anna")
    assert position(2, "", "en", OWN).text == "Sie sind Nummer two."  # said to be English by its voice
    assert wait(10, "", "de", OWN) == Worded("Noch 1 Minuten.", "de")
    assert wait(130, "es", "de", OWN).text == "Espere alrededor de tres minutos, {CallerName}."
    next = Sentences(next=Say(text="Gleich!"))
    assert position(1, "", "de", next).text == "Gleich!"
    assert position(2, "", "de", next).text == "You are number two in line."
