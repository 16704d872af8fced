"""Which numbers are called back, and how they are read out."""

import pytest

from ccapp.domain.callbacks import CallbackRules, naming
from ccapp.domain.ids import TrunkId
from ccapp.domain.ivr import Say, Sound

RULES = CallbackRules(trunk=TrunkId("carrier"), numbers=("030X.", "49ZXXX!"))


@pytest.mark.parametrize("number", ["03012", "0301234567", "+491234", "4912345678", "+03012"])
def test_allowed(number: str) -> None:
    assert RULES.allows(number)


@pytest.mark.parametrize(
    "number",
    ["", "+", "030", "0900123", "+490123", "03012;x", "030 12", "03012@evil", "sip:03012", "030-12", "0301٢"],
)
def test_not_allowed(number: str) -> None:
    assert not RULES.allows(number)


def test_nothing_longer_than_a_number() -> None:
    assert RULES.allows("030" + 29 * "1")
    assert not RULES.allows("030" + 30 * "1")


def test_read_one_digit_after_the_other_in_every_language() -> None:
    said = Say(text="At {Number}?", translations=(("es", "¿Al {Number}?"),))
    assert naming("+4930", said) == (Say(text="At 4, 9, 3, 0?", translations=(("es", "¿Al 4, 9, 3, 0?"),)),)
    assert naming("030", Sound(name="back")) == (Sound(name="back"), Say(text="0, 3, 0"))
