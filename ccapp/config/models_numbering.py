"""The part of the file that says how numbers are dialled where the trunks are."""

from typing import Annotated, Self

from ccapp.config.fields import Part, shaped
from ccapp.domain.numbering import Numbering

CountryCode = Annotated[str, shaped(r"([1-9][0-9]{0,2})?", "must be a country code, such as 49")]
Prefix = Annotated[str, shaped(r"[0-9]{0,5}", "must be digits, at most 5")]


class NumberingPart(Part):
    """`{country_code: "49"}`: so much, and +49 30 123 and 030123 are one number."""

    country_code: CountryCode = ""
    international_prefix: Prefix = "00"
    national_prefix: Prefix = "0"

    def value(self) -> Numbering:
        return Numbering(**dict(self))

    @classmethod
    def of(cls, numbering: Numbering) -> Self:
        return cls(
            country_code=numbering.country_code,
            international_prefix=numbering.international_prefix,
            national_prefix=numbering.national_prefix,
        )
