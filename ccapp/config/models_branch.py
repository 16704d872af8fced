"""A branch of the IVR in the file: comparisons of call data, each with the node it leads to."""

from typing import Any, Literal, Self, get_args

from pydantic import Field, model_validator

from ccapp.config.fields import ConditionText, DataName, DataValue, NodeName, Part
from ccapp.domain import ivr

TESTS: tuple[ivr.Test, ...] = get_args(ivr.Test.__value__)


class CasePart(Part):
    """`{data: Campaign, equals: spring, then: sales}`, or `{when: Balance > 100, then: sales}`."""

    data: DataName | None = None
    then: NodeName
    when: ConditionText | None = None
    equals: DataValue | None = None
    not_equals: DataValue | None = None
    starts_with: DataValue | None = None
    one_of: tuple[DataValue, ...] | None = Field(None, min_length=1, max_length=50)
    present: Literal[True] | None = None
    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _true_as_written(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("present") == "true":
            return {**given, "present": True}
        return given

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = self._tests()
        if len(tests) != 1:
            raise ValueError(f"needs exactly one of {', '.join(TESTS)}")
        if (self.data is None) != (self.when is not None):
            raise ValueError("when goes without data" if self.when is not None else "needs data")
        if self.one_of and any("," in value or not value for value in self.one_of):
            raise ValueError("a value of one_of must not be empty nor contain a comma")
        return self

    def _tests(self) -> list[ivr.Test]:
        return [test for test in TESTS if getattr(self, test) is not None]

    def case(self) -> ivr.Case:
        [test] = self._tests()
        return ivr.Case(
            data=self.data or "", test=test, value=_case_value(getattr(self, test)), then=self.then
        )

    @classmethod
    def of(cls, case: ivr.Case) -> Self:
        given: Any = case.value
        if case.test == "present":
            given = True
        elif case.test == "one_of":
            given = case.value.split(",")
        data = {"data": case.data} if case.data else {}
        return cls.model_validate({**data, "then": case.then, case.test: given})


def _case_value(given: object) -> str:
    match given:
        case bool():
            return ""
        case float():
            return str(int(given)) if given.is_integer() else str(given)
        case tuple():
            return ",".join(given)
        case _:
            return str(given)


class BranchPart(Part):
    cases: tuple[CasePart, ...] = Field(min_length=1, max_length=50)
    otherwise: NodeName

    def node(self) -> ivr.Branch:
        return ivr.Branch(cases=tuple(case.case() for case in self.cases), otherwise=self.otherwise)
