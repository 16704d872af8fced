"""Numbers as they are written here and there, and which of them are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain.numbering import PLAIN, Numbering
from tests.domain.steady import STEADY

GERMAN = Numbering(country_code="49")
AMERICAN = Numbering(country_code="1", international_prefix="011", national_prefix="1")


@pytest.mark.parametrize(
    ("numbering", "given_", "meant"),
    [
        (PLAIN, "+49 (30) 123-456", "4930123456"),
        (PLAIN, "004930123456", "4930123456"),
        (PLAIN, "4930123456", "4930123456"),
        (PLAIN, "030123456", "030123456"),
        (GERMAN, "030123456", "4930123456"),
        (GERMAN, " +4930123456", "4930123456"),
        (GERMAN, "110", "110"),
        (AMERICAN, "011 49 30 123456", "4930123456"),
        (AMERICAN, "1 800 555 0100", "18005550100"),
        (AMERICAN, "+1 800 555 0100", "18005550100"),
        (GERMAN, "anonymous", ""),
        (GERMAN, "", ""),
        (GERMAN, "٣٤", ""),
    ],
)
def test_what_a_number_means(numbering: Numbering, given_: str, meant: str) -> None:
    assert numbering.e164(given_) == meant


@given(st.text(), st.sampled_from([PLAIN, GERMAN, AMERICAN]))
@STEADY
def test_it_is_digits_whatever_comes(text: str, numbering: Numbering) -> None:
    meant = numbering.e164(text)
    assert meant == "" or (meant.isascii() and meant.isdigit())


@given(st.text("123456789", min_size=5, max_size=12))
@STEADY
def test_all_ways_to_write_it_are_one(rest: str) -> None:
    ways = {GERMAN.e164(way) for way in (f"+49{rest}", f"0049{rest}", f"0{rest}", f"49{rest}")}
    assert ways == {f"49{rest}"}
