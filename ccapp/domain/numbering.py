"""Callers' numbers compared as what they mean: +49 30 123, 004930123 and 030123 may be one number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How numbers are dialled where the trunks are."""

    country_code: str = ""  # of numbers with the national prefix; empty: they are left as they are
    international_prefix: str = "00"
    national_prefix: str = "0"

    def e164(self, number: str) -> str:
        """Its digits from the country code on, as far as that can be said; empty for no number."""
        digits = "".join(character for character in number if character.isascii() and character.isdigit())
        if number.strip().startswith("+"):
            return digits
        if self.international_prefix and digits.startswith(self.international_prefix):
            return digits[len(self.international_prefix) :]
        if self.country_code and self.national_prefix and digits.startswith(self.national_prefix):
            return self.country_code + digits[len(self.national_prefix) :]
        return digits


PLAIN = Numbering()
