"""A configuration's ways in and out: YAML text, JSON-able documents, and `Centre` between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from ccapp.config import checks, wording, yaml_file
from ccapp.config.models import CentrePart
from ccapp.config.problem import PROBLEMS_MAX, ConfigError, Places, Problem
from ccapp.domain.centre import Agent, Centre, Phone, Queue
from ccapp.domain.ids import AgentId

NOWHERE = Places()
SAMPLE = FilePath(__file__).parent.parent / "sample" / "contact_centre.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A configuration that can be used, what is doubtful in it, and where its fields were written."""

    centre: Centre
    warnings: tuple[Problem, ...] = ()
    places: Places = NOWHERE


def read(text: str, file: str = "<text>") -> Reading:
    """The configuration in a YAML text. Raises ConfigError with all its problems."""
    value, places = yaml_file.parse(text, file)
    return reading_of(value, places)


def read_file(path: FilePath | str) -> Reading:
    """The configuration in a YAML file. Raises ConfigError, also when the file cannot be read."""
    return read(text_of(path), str(path))


def text_of(path: FilePath | str) -> str:
    """What is in a file. Raises ConfigError."""
    try:
        with FilePath(path).open("rb") as file:
            return file.read(4 * yaml_file.SIZE_MAX + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(file=str(path), line=line, column=1, message="not UTF-8")]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ConfigError([Problem(file=str(path), message=message)]) from error


def read_document(document: Mapping[str, Any], file: str = "document") -> Reading:
    """As `read`, for values that were never a text of ours, e.g. a JSON body."""
    return reading_of(document, Places(file))


def from_document(document: Mapping[str, Any]) -> Centre:
    """The configuration in what `to_document` made. Raises ConfigError."""
    return read_document(document).centre


def check(centre: Centre, places: Places = NOWHERE) -> list[Problem]:
    """Errors and warnings about a configuration as a whole, however it was made."""
    found = islice(checks.findings(centre), PROBLEMS_MAX)
    return [places.problem(each.path, each.message, each.severity) for each in found]


def reading_of(value: object, places: Places) -> Reading:
    """The configuration in values as a YAML file gives them. Raises ConfigError."""
    try:
        centre = CentrePart.model_validate({} if value is None else value).value()
    except ValidationError as error:
        raise ConfigError(_by_line(wording.told(error, CentrePart, places))) from None
    problems = _by_line(check(centre, places))
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    return Reading(centre=centre, warnings=tuple(problems), places=places)


def _by_line(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def to_document(centre: Centre, *, with_digests: bool = False, sparse: bool = False) -> dict[str, Any]:
    """`centre` as JSON-able values in the shape of the file; `sparse` leaves out what is as by default.

    Only a document with digests is the whole centre; one for people's eyes has none.
    """
    try:
        part = CentrePart.of(centre)
    except ValidationError as error:
        raise ConfigError(wording.told(error, CentrePart, Places("centre"))) from None
    secret = {"password": True} if with_digests else {"password": True, "digest": True}
    return part.model_dump(
        mode="json",
        exclude_none=True,
        exclude_defaults=sparse,
        exclude={
            "agents": {"__all__": secret},
            "phones": {"__all__": secret},
            "queues": {"__all__": {} if with_digests else {"external": {"secret"}}},
        },
    )


def export_yaml(centre: Centre) -> str:
    """`centre` as a file for people, without secrets; applying it over `centre` changes nothing."""
    document = {"name": centre.name, "realm": centre.realm, "voice": centre.voice}
    document |= _short(to_document(centre, sparse=True))
    return yaml.dump(
        document, Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
    )


class _Plain(yaml.SafeDumper):
    """Says everything out: a reader of ours takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _short(value: Any) -> Any:
    """As people write it: 15 for 15.0, `queue: sales` for `queue: {to: sales}`."""
    match value:
        case {"queue": {"to": queue, **more}} if not more:
            return {"queue": queue}
        case {"voicemail": {"to": mailbox, **more}} if not more:
            return {"voicemail": mailbox}
        case dict():
            return {name: _short(inside) for name, inside in value.items()}
        case list():
            return [_short(inside) for inside in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def merge_secrets(new: Centre, old: Centre | None, places: Places = NOWHERE) -> Centre:
    """`new`, its agents without password or digest keeping the digest they have in `old`, and customers'
    servers without a secret the one they have there.

    Raises ConfigError for servers and agents that then have none: new ones, and all agents when the realm has
    changed, for a digest holds in its own realm only.
    """
    same = old if old is not None and old.realm == new.realm else Centre()
    agents = {id: _with_digest(agent, same.agents) for id, agent in new.agents.items()}
    phones = {id: _with_digest(phone, same.phones) for id, phone in new.phones.items()}
    missing: list[tuple[str, AgentId]] = [("phones", id) for id, phone in phones.items() if not phone.digest]
    if not phones:  # with shared ones to sit at, an agent needs none of his own; nor does who is rung outside
        without = [agent for agent in agents.values() if not agent.digest and agent.outside is None]
        missing += [("agents", agent.id) for agent in without]
    queues = {id: _with_secret(queue, old) for id, queue in new.queues.items()}
    unsigned = [
        ("queues", id, "external") for id, it in queues.items() if it.external and not it.external.secret
    ]
    if unsigned:
        raise ConfigError(places.problem(path, "needs a secret") for path in unsigned)
    if missing:
        moved = old is not None and old.realm != new.realm
        why = "the realm has changed: needs its password again" if moved else "needs a password"
        raise ConfigError(places.problem(path, why) for path in missing)
    return replace(new, agents=agents, phones=phones, queues=queues)


def _with_secret(queue: Queue, old: Centre | None) -> Queue:
    before = old.queues.get(queue.id) if old is not None else None
    if queue.external is None or queue.external.secret or before is None or before.external is None:
        return queue
    return replace(queue, external=replace(queue.external, secret=before.external.secret))


def _with_digest[A: (Agent, Phone)](account: A, before: Mapping[AgentId, A]) -> A:
    if account.digest or account.id not in before:
        return account
    return replace(account, digest=before[account.id].digest)
