"""What recordings are called, whatever a caller brought."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain.tape import files_of, is_tape_name, tape_name


def test_named_by_the_call_id_in_the_folder_of_the_call() -> None:
    assert tape_name("1700.12", {"CallId": "4711"}, 2) == "1700.12/4711-2"
    assert tape_name("1700.12", {}) == "1700.12/1700.12-1"
    assert files_of("a/b-1") == ("a/b-1-caller.wav", "a/b-1-agent.wav")


@given(st.text(), st.integers(1, 99))
def test_any_call_id_makes_a_name_that_leads_nowhere_else(call_id: str, segment: int) -> None:
    name = tape_name("1700.12", {"CallId": call_id}, segment)
    assert is_tape_name(name)
    assert name.startswith("1700.12/")


@pytest.mark.parametrize(
    "name", ["", "a", "a/", "/a", "../a", "a/..", "a/b/c", "a//b", "a/b\n", "a/b\0", ".a/b"]
)
def test_what_is_no_name(name: str) -> None:
    assert not is_tape_name(name)
