"""What goes into a document or an exported file comes out of it again."""

import json
from dataclasses import replace

import pytest
import yaml
from hypothesis import given

from ccapp.config import (
    SAMPLE,
    ConfigError,
    check,
    export_yaml,
    from_document,
    merge_secrets,
    read,
    read_document,
    read_file,
    to_document,
)
from ccapp.config.models_agents import digest_of
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, Trunk
from ccapp.domain.ids import AgentId, QueueId, TrunkId
from tests.config.centres import Document, documents
from tests.domain.steady import STEADY


@given(documents())
@STEADY
def test_a_centre_survives_the_database(document: Document) -> None:
    centre = from_document(document)
    stored = json.loads(json.dumps(to_document(centre, with_digests=True)))
    assert from_document(stored) == centre


@given(documents())
@STEADY
def test_a_centre_survives_export_and_apply(document: Document) -> None:
    centre = from_document(document)
    text = export_yaml(centre)
    assert merge_secrets(read(text).centre, centre) == centre


@given(documents())
@STEADY
def test_a_document_without_secrets_has_none(document: Document) -> None:
    centre = from_document(document)
    for shown in (json.dumps(to_document(centre)), export_yaml(centre)):
        assert not any(agent.digest in shown for agent in centre.agents.values())


@given(documents())
@STEADY
def test_a_file_written_by_another_yaml_program_means_the_same(document: Document) -> None:
    assert read(yaml.safe_dump(json.loads(json.dumps(document)), allow_unicode=True)).centre == from_document(
        document
    )


def test_the_sample_is_without_a_problem() -> None:
    reading = read_file(SAMPLE)
    assert reading.warnings == ()
    assert check(reading.centre) == []
    assert set(reading.centre.queues) == {"sales", "support"}
    assert len(reading.centre.agents) == 3
    assert merge_secrets(read(export_yaml(reading.centre)).centre, reading.centre) == reading.centre


def test_defaults_of_the_file_are_those_of_the_values() -> None:
    document = {
        "queues": {"q": {"name": "Q"}},
        "agents": {"a": {"name": "A", "extension": "1"}},
        "trunks": {"t": {}},
        "numbers": {"*": {"queue": "q"}},
    }
    q = QueueId("q")
    assert from_document(document) == Centre(
        queues={q: Queue(id=q, name="Q")},
        agents={AgentId("a"): Agent(id=AgentId("a"), name="A", extension="1")},
        trunks={TrunkId("t"): Trunk(id=TrunkId("t"))},
        numbers={"*": Number(number="*", target=ToQueue(queue=q))},
    )
    assert from_document({}) == Centre()
    assert read("").centre == Centre()


def test_a_document_says_defaults_out_and_an_export_does_not() -> None:
    centre = read_file(SAMPLE).centre
    assert to_document(centre)["queues"]["sales"]["ring_s"] == 15
    assert "ring_s" not in to_document(centre, sparse=True)["queues"]["sales"]


# --- passwords and digests --------------------------------------------------------------------------------


def agent_text(secret: str, realm: str = "ccapp", name: str = "alice") -> str:
    return f"realm: {realm}\nagents:\n  {name}: {{name: Alice, extension: 201{secret}}}\n"


def test_a_password_becomes_its_digest_at_once() -> None:
    centre = read(agent_text(", password: 0123")).centre
    assert centre.agents[AgentId("alice")].digest == digest_of("alice", "ccapp", "0123")
    assert "0123" not in repr(centre)


def test_digest_is_what_rfc_2617_calls_ha1() -> None:
    assert digest_of("Mufasa", "testrealm@host.com", "Circle Of Life") == "939e7578ed9e3c518a452acee763bce9"


def test_an_agent_without_password_keeps_his_digest() -> None:
    old = read(agent_text(", password: secret")).centre
    new = read(agent_text("")).centre
    assert merge_secrets(new, old) == old


def test_a_new_password_replaces_the_digest() -> None:
    old = read(agent_text(", password: secret")).centre
    new = read(agent_text(", password: other")).centre
    assert merge_secrets(new, old) == new != old


@pytest.mark.parametrize(
    ("new", "old", "message"),
    [
        pytest.param(agent_text(""), None, "needs a password", id="nobody before"),
        pytest.param(
            agent_text("", name="bob"), agent_text(", password: x"), "needs a password", id="new agent"
        ),
        pytest.param(
            agent_text("", realm="new"),
            agent_text(", password: x"),
            "the realm has changed: needs its password again",
            id="realm changed",
        ),
    ],
)
def test_an_agent_without_any_secret_is_told(new: str, old: str | None, message: str) -> None:
    reading = read(new, "new.yaml")
    with pytest.raises(ConfigError) as told:
        merge_secrets(reading.centre, read(old).centre if old else None, reading.places)
    [problem] = told.value.problems
    assert (problem.file, problem.line, problem.message) == ("new.yaml", 3, message)


def test_a_centre_that_could_not_be_read_back_is_not_stored() -> None:
    q = QueueId("q")
    with pytest.raises(ConfigError, match=r"queues.q.ring_s: must be at least 3|ring_s: must be at least 3"):
        to_document(replace(Centre(), queues={q: Queue(id=q, name="Q", ring_s=1)}))


def test_a_warning_does_not_refuse() -> None:
    reading = read_document(
        {
            "agents": {"a": {"name": "A", "extension": "1", "skills": {"sales": 1}}},
            "queues": {"q": {"name": "Q", "requires": {"sales": 5}}},
        }
    )
    assert [str(problem) for problem in reading.warnings] == [
        "document: warning: queues.q.requires: no agent can serve it (skills asked: sales 5)"
    ]
