"""Call data: whatever a trunk or a caller sends, it stays data."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain import calldata
from ccapp.domain.calldata import ENTRIES_MAX, NAME_LENGTH_MAX, TRANSFERRED, USER_TO_USER, VALUE_LENGTH_MAX
from tests.domain.steady import STEADY

NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*TRANSFERRED, USER_TO_USER, "Campaign"]),
    st.sampled_from([*TRANSFERRED, USER_TO_USER, "campaign"]).map(lambda name: f"x-{name.lower()}"),
    st.text("ab-X_9", min_size=1, max_size=70),
)
VALUES = st.text(max_size=20) | st.text("a\r\n\x00: ;\u2028\ud800", max_size=20) | st.just("x" * 600)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=80)
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_clean(data: calldata.CallData) -> bool:
    return len(data) <= ENTRIES_MAX and all(
        calldata.spelled(name) == name
        and len(name) <= NAME_LENGTH_MAX
        and len(value) <= VALUE_LENGTH_MAX
        and not UNFIT.search(value)
        and value == value.strip()
        for name, value in data.items()
    )


@given(VALUES)
@STEADY
def test_clean_is_done_once(value: str) -> None:
    assert calldata.clean(calldata.clean(value)) == calldata.clean(value)


@given(NAMES)
@STEADY
def test_spelling_is_done_once(name: str) -> None:
    once = calldata.spelled(name)
    assert once is None or calldata.spelled(once) == once


@given(HEADERS)
@STEADY
def test_headers_become_clean_data_of_the_wanted_names(headers: list[tuple[str, str]]) -> None:
    data = calldata.from_headers(headers, ["Campaign"])
    assert is_clean(data)
    assert set(data) <= {*TRANSFERRED, USER_TO_USER, "Campaign", "campaign"}
    assert all(data.values())


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES, max_size=80))
@STEADY
def test_merged_data_is_clean_and_one_name_is_there_once(data: dict[str, str], more: dict[str, str]) -> None:
    result = calldata.merged(calldata.merged({}, data), more)
    assert is_clean(result)
    assert len({name.lower() for name in result}) == len(result)


@given(st.dictionaries(NAMES, VALUES, max_size=80))
@STEADY
def test_headers_made_of_data_are_single_lines(data: dict[str, str]) -> None:
    for name, value in calldata.to_headers(calldata.merged({}, data)).items():
        assert re.fullmatch(r"(X-[A-Za-z][A-Za-z0-9_-]*|User-to-User)", name)
        assert value
        assert not UNFIT.search(value)


@given(HEADERS)
@STEADY
def test_data_survives_the_way_to_the_agent(headers: list[tuple[str, str]]) -> None:
    data = calldata.from_headers(headers)
    assert calldata.from_headers(calldata.to_headers(data).items()) == data


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("X-Dnis", "1"), ("dnis", "2")], {"Dnis": "1"}),
        ([("dnis", " "), ("X-DNIS", "2")], {"Dnis": "2"}),
        ([("X-X-Ani", "1")], {"Ani": "1"}),
        ([("CALLERID", "Ann\r\nX-Evil: 1")], {"callerId": "Ann X-Evil: 1"}),
        ([("user-to-user", "00aa;encoding=hex")], {"User-to-User": "00aa;encoding=hex"}),
        ([("X-Unasked", "1"), ("From", "x"), ("Via", "x")], {}),
        ([("x-campaign", "spring")], {"campaign": "spring"}),
    ],
)
def test_from_headers(headers: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert calldata.from_headers(headers, ["X-Campaign"]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dnis", "Dnis"),
        ("x-CALLID", "CallId"),
        ("Order-Number", "Order-Number"),
        ("X-", None),
        ("", None),
        ("9a", None),
        ("a b", None),
        ("a\n", None),
        ("é", None),
        ("a:", None),
        ("a" * NAME_LENGTH_MAX, "a" * NAME_LENGTH_MAX),
        ("a" * (NAME_LENGTH_MAX + 1), None),
    ],
)
def test_spelled(name: str, expected: str | None) -> None:
    assert calldata.spelled(name) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", {}),
        (" , ,", {}),
        ("sales", {"sales": 1}),
        ("Sales, SPANISH:2", {"sales": 1, "spanish": 2}),
        (" sales : 10 ", {"sales": 10}),
        ("sales:0", {"sales": 1}),
        ("sales:11", {"sales": 1}),
        ("sales:-1", {"sales": 1}),
        ("sales:x", {"sales": 1}),
        ("sales:", {"sales": 1}),
        ("sales:2:3", {"sales": 1}),
        ("sales:²", {"sales": 1}),
        ("sales:" + "9" * 300, {"sales": 1}),
        (":3", {}),
        ("sales:2,sales:3", {"sales": 3}),
    ],
)
def test_skills(written: str, expected: dict[str, int]) -> None:
    assert calldata.skills({"Skills": written}) == expected


@given(VALUES)
@STEADY
def test_skills_never_fail(written: str) -> None:
    assert all(name and 1 <= level <= 10 for name, level in calldata.skills({"Skills": written}).items())


def test_lookup_takes_any_spelling() -> None:
    data = {"callerId": "Ann", "Campaign": "spring"}
    assert calldata.lookup(data, "X-CALLERID") == "Ann"
    assert calldata.lookup(data, "campaign") == "spring"
    assert calldata.lookup(data, "not there") == ""
