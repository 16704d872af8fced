"""Facts to JSON and back: every kind, any value; strict where it matters, generous where it helps."""

import dataclasses
import math
from types import MappingProxyType

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccapp.domain.events import KINDS, Fact, OfferMade
from ccapp.domain.presence import Intent
from ccapp.records.errors import FactError
from ccapp.records.facts_json import decode_fact, decode_line, encode_line
from tests.records.stories import EXPLANATION, arrived, offered, presence

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
FACTS = st.sampled_from(list(KINDS.values())).flatmap(st.from_type)


@given(FACTS)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_any_fact_comes_back_as_it_was(fact: Fact) -> None:
    line = encode_line(7, 3, fact)
    assert line.count(b"\n") == 1
    item = decode_line(line)
    assert (item.seq, item.fact) == (7, fact)


@given(st.text(), st.floats(), st.integers())
def test_writing_never_fails_and_postgres_can_hold_it(text: str, number: float, whole: int) -> None:
    text += "\0\ud800"
    odd = dataclasses.replace(
        offered("v", 1, 5.0),
        data=MappingProxyType({text: text}),
        ring_s=number,
        explanation=dataclasses.replace(EXPLANATION, not_chosen_count=whole, key=math.inf),
    )
    line = encode_line(1, 1, odd)
    assert b"\\u0000" not in line
    line.decode()
    fact = decode_line(line).fact
    assert isinstance(fact, OfferMade)
    assert math.isfinite(fact.ring_s)
    assert fact.offer == odd.offer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "OfferMade: unknown field 'colour'"),
        ({"ring_s": "long"}, "OfferMade.ring_s: str 'long' in place of a number"),
        ({"ring_s": None}, "OfferMade.ring_s: NoneType"),
        ({"agent": 7}, "OfferMade.agent: int 7 in place of a text"),
        ({"data": {"a": 1}}, "OfferMade.data: int 1 in place of a text"),
        ({"explanation": []}, "OfferMade.explanation: Explanation: list"),
        ({"explanation": {"trigger": "x"}}, "OfferMade.explanation: Explanation: missing idle_s, key, tier"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(FactError, match=said.replace("(", r"\(")):
        decode_fact("OfferMade", _fields(offered("v", 1, 5.0)) | change)


def test_unknown_kinds_missing_fields_and_unknown_members_are_named() -> None:
    with pytest.raises(FactError, match="unknown kind of fact: 'Rumour'"):
        decode_fact("Rumour", {})
    with pytest.raises(FactError, match=r"CallArrived: missing .*trunk"):
        decode_fact("CallArrived", {"at": 1.0})
    with pytest.raises(FactError, match=r"PresenceChanged.intent: 'sleepy' is no Intent"):
        decode_fact("PresenceChanged", _fields(presence("alice")) | {"intent": "sleepy"})


def test_missing_fields_take_their_defaults_and_whole_numbers_are_numbers() -> None:
    fields = _fields(arrived("v"))
    del fields["data"]
    fact = decode_fact("CallArrived", fields | {"at": 5})
    assert fact == dataclasses.replace(arrived("v", 5.0), data={})
    assert isinstance(fact.at, float)


def test_values_are_of_their_own_types_again() -> None:
    fact = decode_fact("PresenceChanged", _fields(presence("alice")))
    assert fact.intent is Intent.READY  # type: ignore[attr-defined]


def _fields(fact: Fact) -> dict[str, object]:
    fields: dict[str, object] = orjson.loads(encode_line(1, 1, fact))["fact"]
    return fields
