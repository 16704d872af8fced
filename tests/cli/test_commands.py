"""Each command against a running server: what it says, and with which exit code it ends."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccapp.cli.errors import Code
from ccapp.config import SAMPLE
from ccapp.domain.events import Outcome
from ccapp.web import Health
from tests.cli.conftest import Office
from tests.web.floor import ALICE, SUPPORT, recorded_visit

READING = [["status"], ["queues"], ["queues", "sales"], ["agents"], ["agents", "alice"], ["calls"]]


def busy(office: Office) -> str:
    """One talks, one waits, one is rung for; the id of the one who waits."""

    def act(floor):
        floor.ready(ALICE)
        floor.call(number="1", name="First").waits().answered()
        waiting = floor.call(number="2", name="Zoë [b]x[/b]\x1b[2J\nvisit=3").waits(ago_s=75)
        return waiting.visit.id

    return office.do(act)


def test_status(office: Office):
    busy(office)
    said = office.says("status")
    assert "Test Centre  ok · up 0:0" in said
    assert "2 live: 1 waiting, 1 talking · longest wait 1:15" in said
    assert "1 busy, 1 logged out" in said
    assert [line.split()[:5] for line in said.splitlines() if line.startswith("sales")] == [
        ["sales", "Sales", "1", "0", "1"]
    ]


def test_a_line(office: Office):
    waiting = busy(office)
    said = office.says("queues", "sales")
    assert "2 Zoë [b]x[/b] [2J visit=3" in said
    assert waiting in said
    [talk] = [line for line in said.splitlines() if line.startswith("alice")]
    assert talk.split()[1:3] == ["1", "First"]
    assert "\x1b" not in said
    assert "sales 1" in said


def test_agents(office: Office):
    busy(office)
    said = office.says("agents")
    [alice] = [line for line in said.splitlines() if line.startswith("alice")]
    assert "BUSY/ANSWERED" in alice
    assert "1 First (sales)" in alice
    assert "online" in alice
    said = office.says("agents", "alice")
    assert "Alice Archer · extension 201" in said
    assert "sales 3, support 1" in said


def test_live_calls(office: Office):
    waiting = busy(office)
    said = office.says("calls")
    [line] = [line for line in said.splitlines() if line.startswith(waiting)]
    assert "waiting" in line
    assert "1:15" in line


def test_past_calls(office: Office):
    arrived = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    visit = recorded_visit(
        "9.1", arrived_at=arrived, outcome=Outcome.SERVED, queue="sales", agent="alice", waited_s=61.0,
        caller_number="18005550199",
    )  # fmt: skip
    office.do(lambda floor: floor.records.append(visit))
    said = office.says("calls", "--since", "2025-01-01", "--limit", "3")
    line = said.splitlines()[-1]
    assert line.split() == [
        "2025-01-02", "03:04:05", "18005550199", "sales", "1:01", "alice", "0:12", "served", "9.1"
    ]  # fmt: skip


@pytest.mark.parametrize("words", READING)
def test_json_is_what_the_engine_said(office: Office, words: list[str]):
    busy(office)
    assert isinstance(json.loads(office.says(*words, "--json")), dict)


@pytest.mark.parametrize("words", READING)
def test_an_empty_centre_fits_a_hundred_columns(office: Office, words: list[str]):
    said = office.says(*words)
    assert said.strip()
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("words", READING)
def test_a_busy_centre_fits_a_hundred_columns(office: Office, words: list[str]):
    busy(office)
    assert max(map(len, office.says(*words).splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["login", "alice"], "alice is UNREADY/WAIT"),
        (["ready", "alice"], "alice is READY"),
        (["not-ready", "alice", "--reason", "lunch"], "alice is UNREADY/BREAK (lunch)"),
        (["not-ready", "alice", "--as", "dnd"], "alice is UNREADY/DND"),
        (["logout", "alice"], "alice is LOGOUT"),
    ],
)
def test_moves(office: Office, words: list[str], says: str):
    if words[0] != "login":
        office.do(lambda floor: floor.ready(ALICE))
    assert office.says("agent", *words).strip() == says


def test_a_callers_manager(office: Office):
    assert "the manager of +4917612345 is alice" in office.says("manager", "set", "+49 176 12345", "alice")
    assert "is alice" in office.says("manager", "show", "+4917612345")
    assert "is nobody" in office.says("manager", "forget", "+4917612345")


def test_callbacks(office: Office):
    assert "Nobody is to be called back" in office.says("callbacks", "list")
    office.do(lambda floor: floor.calls_back())
    told = office.says("callbacks", "add", "sales", "030 1234", "--name", "Dana")
    id = told.split()[-1]
    assert told.startswith("0301234 will be called back for sales: callback-")
    assert re.search(rf"sales +0301234 .*later .*{id}", office.says("callbacks", "list"))
    assert office.ccapp("callbacks", "add", "sales", "0301234").exit_code == Code.REFUSED
    assert "will not be called back" in office.says("callbacks", "cancel", id)
    assert office.ccapp("callbacks", "cancel", "callback-1").exit_code == Code.NOT_FOUND


def test_a_move_remembered_during_a_call(office: Office):
    busy(office)
    assert office.says("agent", "not-ready", "alice", "--reason", "lunch").strip() == (
        "alice is BUSY/ANSWERED (then not ready lunch)"
    )
    assert office.says("agent", "logout", "alice").strip() == "alice is BUSY/ANSWERED (then log-out)"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["agent", "ready", "alice"], 1, "ready is not possible in LOGOUT"),
        (["agent", "ready", "zoe"], 5, "no agent 'zoe'"),
        (["agent", "not-ready", "alice", "--as", "ringing"], 1, "sub_state"),
        (["agent", "fly", "alice"], 2, "No such command"),
        (["queues", "none"], 5, "no queue 'none'"),
        (["explain", "1/2"], 5, "no call '1/2'"),
        (["calls", "--outcome", "lovely"], 1, "outcome"),
        (["status", "--json", "--watch"], 2, "do not go together"),
        (["config", "apply", "/nonexistent.yaml"], 1, "cannot be read"),
        (["config", "check", "/nonexistent.yaml"], 1, "cannot be used"),
    ],
)
def test_refusals(office: Office, words: list[str], code: int, says: str):
    result = office.ccapp(*words)
    assert result.exit_code == code, result.output
    assert says in result.output
    assert "Traceback" not in result.output


def test_no_engine(office: Office):
    office.close()
    result = office.ccapp("status")
    assert result.exit_code == 3
    assert "cannot be reached" in result.stderr
    assert "ccapp run" in result.stderr
    assert result.stdout == ""


def test_a_wrong_token(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CCAPP_API_TOKEN", "wrong")
    result = office.ccapp("status")
    assert result.exit_code == 4
    assert "CCAPP_API_TOKEN" in result.stderr


def test_no_token_is_made(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("CCAPP_API_TOKEN")
    assert office.ccapp("status").exit_code == 4
    assert not (tmp_path / "state").exists()


def test_the_token_of_the_state_folder(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("CCAPP_API_TOKEN")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "api_token").write_text("let-me-in\n")
    assert "Test Centre" in office.says("status")


def test_starting(office: Office):
    office.floor.health = Health(started=False, switch=True, lease=True, database=True)
    result = office.ccapp("status")
    assert result.exit_code == 3
    assert "the engine is starting" in result.stderr


def test_what_is_missing_is_loud(office: Office):
    office.floor.health = Health(started=True, switch=False, lease=True, database=False)
    assert "down · no connection to Asterisk · database away" in office.says("status")


def test_somebody_else_listens(monkeypatch: pytest.MonkeyPatch, office: Office):
    monkeypatch.setenv("CCAPP_URL", office.floor.url + "/nowhere")
    assert office.ccapp("status").exit_code in (1, 5)


# --- configuration ----------------------------------------------------------------------------------------


def test_check(office: Office):
    said = office.says("config", "check", str(SAMPLE))
    assert said.splitlines()[-1].startswith("ok  ")
    assert "2 queues, 3 agents, 4 numbers, 1 IVR" in said


def test_check_tells_every_line(office: Office, tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text("queues:\n  sales:\n    name: Sales\n    ring_s: soon\n    colour: red\n")
    result = office.ccapp("config", "check", str(file))
    assert result.exit_code == 1
    assert f"{file}:4: queues.sales.ring_s" in result.stdout.replace("\n", "")
    assert "2 problems" in result.stderr


def test_apply_export_and_apply_again(office: Office):
    assert "in effect as version 8" in office.says("config", "apply", str(SAMPLE)).replace("\n", " ")
    exported = office.says("config", "export")
    assert "Sample Centre" in exported
    assert "alice-demo" not in exported
    assert "version 9" in office.says("config", "apply", "-", text=exported)


def test_apply_only_checks(office: Office):
    assert "could be applied" in office.says("config", "apply", str(SAMPLE), "--check").replace("\n", " ")
    assert office.floor.version == 7


def test_apply_tells_every_line(office: Office, tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text("queues:\n  sales:\n    name: Sales\n    ring_s: soon\n")
    result = office.ccapp("config", "apply", str(file))
    assert result.exit_code == 1
    assert f"{file}:4: queues.sales.ring_s" in result.stdout.replace("\n", "")
    assert "nothing has changed" in result.stderr
    assert office.floor.applied == []


def test_settings():
    from typer.testing import CliRunner

    from ccapp.cli import app

    said = CliRunner().invoke(app, ["config", "settings"]).stdout
    assert "CCAPP_ASTERISK_URL" in said
    assert max(map(len, said.splitlines())) <= 100


def test_explain_a_call_that_waits(office: Office):
    waiting = busy(office)
    said = office.says("explain", waiting)
    assert "waiting sales, position 1 now" in said
    assert "nobody free to take it so far" in said
    assert "alice  Alice Archer  in a call" in said
    assert json.loads(office.says("explain", waiting, "--json"))["live"]["where"] == "waiting"


def test_live(office: Office):
    import threading

    timer = threading.Timer(
        0.5, lambda: office.do(lambda floor: floor.call(name="L").waits(SUPPORT) and None)
    )
    timer.start()
    said = office.says("live", "--count", "2").splitlines()
    timer.join()
    assert said[0].endswith("arrives from carrier, dialled 100")
    assert said[1].endswith("is in the line of support (needs support 1)")


def test_past_calls_as_csv(office: Office):
    visit = recorded_visit("9.1", outcome=Outcome.SERVED, caller_number="18005550199")
    office.do(lambda floor: floor.records.append(visit))
    result = office.ccapp("calls", "--csv", "--limit", "1", "--caller", "18005550199", "--served")
    heading, line = result.stdout.splitlines()
    assert heading.startswith("visit,arrived_at,")
    assert line.startswith("9.1,,")
    assert result.stderr == "more: --after 9.1\n"
    [wanted] = office.do(lambda floor: floor.wanted)
    assert (wanted.caller_number, wanted.served, wanted.limit) == ("18005550199", True, 1)


def test_the_history_alone_is_the_last_calls(office: Office):
    office.do(lambda floor: floor.records.append(recorded_visit("9.1")))
    assert "9.1" in office.says("calls", "--history")
    assert [wanted.limit for wanted in office.do(lambda floor: floor.wanted)] == [100]


@pytest.mark.parametrize("words", [["--events"], ["--csv", "--json"], ["--csv", "--watch"]])
def test_past_calls_in_one_shape_only(office: Office, words: list[str]):
    assert office.ccapp("calls", *words).exit_code == 2
