"""The part of the file that says who sends text messages, and the IVR's node that wants one sent."""

from typing import Annotated, Self

from pydantic import Field

from ccapp.config.fields import DataValue, NodeName, Part
from ccapp.config.models_asking import HeaderName, Url, Within
from ccapp.domain import ivr
from ccapp.domain.sms import SmsGate

Text = Annotated[DataValue, Field(min_length=1)]


class SmsGatePart(Part):
    """`{url: "https://sms.example/send", sender: Shop, headers: {Authorization: Bearer abc}}`."""

    url: Url
    sender: DataValue = Field("")
    headers: dict[HeaderName, DataValue] = Field({}, max_length=20)
    within_s: Within = 3.0

    def value(self) -> SmsGate:
        return SmsGate(**dict(self))

    @classmethod
    def of(cls, gate: SmsGate) -> Self:
        return cls(url=gate.url, sender=gate.sender, headers=dict(gate.headers), within_s=gate.within_s)


class SmsPart(Part):
    text: Text
    to: DataValue = Field("{CallerNumber}", min_length=1)
    sender: DataValue = Field("")
    then: NodeName
    otherwise: NodeName

    def node(self) -> ivr.SendSms:
        return ivr.SendSms(**dict(self))
