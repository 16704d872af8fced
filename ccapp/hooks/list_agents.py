"""The wire format of `get_list_agents_url`, version 2: what is asked, and what an answer must be.

Names, types and nesting are the protocol's. What an answer has beyond that is not looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ccapp.domain.ids import VisitId
from ccapp.ports import Json, ListedAgent, ListQuestion, NoAnswer

CALLS_MAX = 10_000
AGENTS_MAX = 1000
RING_S_MAX = 600


def _or_empty(given: object) -> object:
    return "" if given is None else given


class AgentPart(BaseModel):
    stringee_user_id: str = Field(min_length=1, max_length=200)
    phone_number: Annotated[str, BeforeValidator(_or_empty)] = Field("", pattern=r"^([+]?[0-9]{2,32})?$")
    routing_type: Literal[1, 2]
    answer_timeout: float = Field(ge=1, le=RING_S_MAX, allow_inf_nan=False)


class CallPart(BaseModel):
    call: str = Field(alias="callId", max_length=200)
    agents: list[AgentPart] = Field(max_length=AGENTS_MAX)


class AnswerPart(BaseModel):
    version: Literal[2]
    calls: list[CallPart] = Field(max_length=CALLS_MAX)


def body(question: ListQuestion) -> Mapping[str, Json]:
    calls: list[Json] = [
        {"callId": call.visit, "from": call.caller, "to": call.dialled} for call in question.calls
    ]
    return {"queueId": question.queue, "projectId": question.project, "calls": calls}


def lists(answer: Json) -> Mapping[VisitId, Sequence[ListedAgent]]:
    """Raises NoAnswer, naming the place of what is wrong."""
    try:
        read = AnswerPart.model_validate(answer)
    except ValidationError as error:
        raise NoAnswer(_wording(error)) from None
    return {VisitId(call.call): [_listed(agent) for agent in call.agents] for call in read.calls}


def _listed(agent: AgentPart) -> ListedAgent:
    return ListedAgent(
        user=agent.stringee_user_id,
        number=agent.phone_number,
        by_number=agent.routing_type == 2,
        ring_s=agent.answer_timeout,
    )


def _wording(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(map(str, first["loc"])) or "answer"
    more = f" (and {len(others)} more)" if others else ""
    return f"{place}: {first['msg']}{more}"
