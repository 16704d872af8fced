"""Conditions over call data: what holds, what is refused and where, and that nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain.conditions import holds, hours_named, parse
from ccapp.domain.expressions import ExpressionError
from tests.domain.steady import STEADY

DATA = {"Balance": "120.5", "Language": "es", "Name": "Anna and Co", "Zero": "0", "Account": "0042"}


def asked(text: str, open_now: tuple[str, ...] = ("office",)) -> bool:
    return holds(parse(text), lambda name: DATA.get(name, ""), lambda hours: hours in open_now)


@pytest.mark.parametrize(
    "text",
    [
        "Balance",
        "Balance >= 120.5",
        "Balance > 100 and Balance < 121",
        "balance-less or Balance",
        "not Nobody",
        'Language = "es"',
        "Language == 'es'",
        'Language != "en"',
        'Language in ("en", "es")',
        "Account = 42",
        "Account in (41, 42)",
        "Zero",
        "Zero = 0.0",
        'Name starts_with "Anna" and Name ends_with "Co" and Name contains " and "',
        "Nobody = ''",
        "open(office)",
        "NOT open(night) AND (Nobody OR Language)",
        "not (Nobody or Balance < -1)",
        "not not Balance",
        "not Name > 3 and not Name < 3",
    ],
)
def test_what_holds(text: str) -> None:
    assert asked(text)
    assert not asked(f"not ({text})")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("and", 1),
        ("Balance >", 10),
        ("Balance > and", 11),
        ("(Balance", 9),
        ("Balance)", 8),
        ("Balance 3", 9),
        ("Balance in ()", 13),
        ("Balance in 3", 12),
        ("open()", 6),
        ("open office", 6),
        ('Name = "Anna', 8),
        ("__import__('os')", 1),
        ("Name.upper", 5),
        ("a" * 501, 501),
        ("not " * 21 + "a", 81),
    ],
)
def test_what_is_refused_and_where(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert refused.value.column == column


def test_the_hours_it_names() -> None:
    assert list(hours_named(parse("open(a) and not (open(b) or X in (1))"))) == ["a", "b"]


WORDS = st.sampled_from(
    [
        "Balance",
        "Nobody",
        "and",
        "or",
        "not",
        "(",
        ")",
        "in",
        "open",
        ",",
        "=",
        ">=",
        "<",
        "3",
        '"x"',
        "'",
        "contains",
    ]
)


@given(st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=600), st.text(max_size=20))
@STEADY
def test_whatever_is_given_is_read_or_refused(text: str, value: str) -> None:
    try:
        condition = parse(text)
    except ExpressionError as refused:
        column = refused.column
    else:
        column = 1
        assert isinstance(holds(condition, lambda _: value, lambda _: True), bool)
    assert 1 <= column <= len(text) + 1
