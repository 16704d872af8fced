"""`ccapp simulate`: what a supervisor types, and what comes out."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ccapp.cli import app
from ccapp.config import SAMPLE

DESK = str(SAMPLE.parent / "travel_desk.yaml")


def ccapp(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def says(*words: str) -> str:
    result = ccapp(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def figure(document: dict, of: str, key: str, name: str) -> dict:
    [row] = [row for row in document["rows"] if (row["of"], row["key"]) == (of, key)]
    return row["figures"][name]


def test_a_day_is_told_by_queue_and_group():
    told = says("simulate", DESK, "--days", "3", "--intervals")
    assert "3 days from 08:00 to 18:00 through the Router alone" in told
    for name in ("english", "spanish", "All", "day", "late", "17:00"):
        assert any(line.startswith(name) for line in told.splitlines()), name
    assert "±" in told
    assert "…" not in told


def test_json_and_csv_have_the_same_figures_with_their_intervals():
    document = json.loads(says("simulate", DESK, "--days", "3", "--json"))
    rows = list(csv.DictReader(io.StringIO(says("simulate", DESK, "--days", "3", "--csv"))))
    level = figure(document, "queue", "spanish", "service_level")
    assert level["low"] < level["mean"] < level["high"]
    [row] = [each for each in rows if (each["key"], each["figure"]) == ("spanish", "service_level")]
    assert [float(row[name]) for name in ("mean", "low", "high")] == [
        level[name] for name in ("mean", "low", "high")
    ]
    assert figure(document, "group", "late", "agents")["mean"] == pytest.approx(3.4, abs=0.05)


def test_three_more_agents_learn_spanish():
    learn = [f"--what-if=agents.{name}.skills.spanish=1" for name in ("ben", "dan", "hal")]
    document = json.loads(says("simulate", DESK, "--days", "8", "--json", *learn))
    level = figure(document, "queue", "spanish", "service_level")
    assert level["difference"]["low"] > 0.05
    offered = figure(document, "queue", "spanish", "offered")
    assert offered["first"] == offered["second"]
    told = says("simulate", DESK, "--days", "8", *learn)
    assert "Both met the same callers." in told
    assert "better" in told


def test_another_configuration_is_compared_on_the_same_callers(tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(Path(DESK).read_text().split("traffic:")[0].replace("wrap_up_s: 20", "wrap_up_s: 90"))
    document = json.loads(says("simulate", DESK, "--compare", str(other), "--days", "5", "--json"))
    assert document["compared"] == [DESK, str(other)]
    assert figure(document, "whole", "", "abandonment")["difference"]["low"] > 0


def test_the_facts_of_a_day_are_written_and_had_again(tmp_path):
    facts = tmp_path / "day.jsonl"
    before = json.loads(says("simulate", DESK, "--days", "1", "--facts", str(facts), "--json"))
    again = json.loads(says("simulate", DESK, "--replay", str(facts), "--tz", "UTC", "--days", "5", "--json"))
    offered = figure(before, "whole", "", "offered")
    assert offered == {"mean": offered["mean"], "low": None, "high": None}
    assert figure(again, "whole", "", "offered")["mean"] == offered["mean"]


def test_through_the_stories_it_is_the_same_day():
    router, stories = (
        json.loads(says("simulate", DESK, "--days", "1", "--json", "--through", through))
        for through in ("router", "stories")
    )
    assert figure(stories, "whole", "", "asa_s")["mean"] == pytest.approx(
        figure(router, "whole", "", "asa_s")["mean"]
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["simulate", str(SAMPLE)], "has no traffic section"),
        (["simulate", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["simulate", DESK, "--what-if", "agents.ben"], "is not FIELD=VALUE"),
        (["simulate", DESK, "--what-if", "agents.ben.skils=1"], "unknown field"),
        (["simulate", DESK, "--what-if", "x=1", "--compare", DESK], "do not go together"),
        (["simulate", DESK, "--json", "--csv"], "do not go together"),
        (["simulate", DESK, "--replay", DESK], "travel_desk.yaml:1: no fact of ours"),
        (["simulate", DESK, "--replay", "nowhere.jsonl"], "cannot be read"),
        (["simulate", DESK, "--facts", "/nowhere/facts.jsonl", "--days", "1"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(words, told):
    result = ccapp(*words)
    assert result.exit_code in (1, 2)
    assert told in result.output
    assert "Traceback" not in result.output


# --- staff


def test_the_staff_of_a_day_is_told_and_drawn(tmp_path):
    drawn = tmp_path / "staff.svg"
    told = says("staff", DESK, "--days", "5", "--svg", str(drawn), "--shrinkage", "25")
    rows = [line.split() for line in told.splitlines() if line[2:3] == ":"]
    assert [row[0] for row in rows] == [f"{hour:02}:00" for hour in range(8, 18)]
    for _, calls, erlangs, formula, agents, paid, *_ in rows:
        assert float(calls) > float(agents) >= int(formula) - 1 > float(erlangs) - 1
        assert int(paid) == -(-4 * int(agents) // 3)
    assert "hours of agents" in told
    assert "…" not in told
    picture = ElementTree.parse(drawn).getroot()
    words = [element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "Travel desk: the least staff of a day" in words
    assert "08:00" in words
    assert "18:00" in words


def test_staff_for_programs():
    rows = json.loads(says("staff", DESK, "--days", "4", "--json"))
    assert len(rows) == 10
    assert all(row["agents"] >= row["erlangs"] for row in rows)
    assert rows[9]["planned"] == pytest.approx(4, abs=0.01)
    table = list(csv.DictReader(io.StringIO(says("staff", DESK, "--days", "4", "--csv"))))
    assert [int(row["agents"]) for row in table] == [row["agents"] for row in rows]


def test_more_is_asked_for_when_fewer_may_give_up():
    few, fewer = (
        sum(row["agents"] for row in json.loads(says("staff", DESK, "--days", "4", "--json", *more)))
        for more in ((), ("--abandonment", "6"))
    )
    assert fewer > few


def test_a_name_that_would_be_markup_is_drawn_as_text(tmp_path):
    file, drawn = tmp_path / "desk.yaml", tmp_path / "staff.svg"
    file.write_text(Path(DESK).read_text().replace("name: Travel desk", 'name: "<b>&"'))
    says("staff", str(file), "--days", "2", "--target", "50", "--svg", str(drawn))
    assert "<b>&: the least staff of a day" in "".join(ElementTree.parse(drawn).getroot().itertext())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["staff", str(SAMPLE)], "has no traffic section"),
        (["staff", DESK, "--days", "2", "--svg", "/nowhere/staff.svg"], "cannot be written"),
        (["staff", DESK, "--json", "--csv"], "do not go together"),
        (["staff", DESK, "--target", "120"], "target"),
    ],
)
def test_staff_that_cannot_be_found_is_told_in_a_sentence(words, told):
    result = ccapp(*words)
    assert result.exit_code in (1, 2)
    assert told in result.output
    assert "Traceback" not in result.output


def test_the_engine_has_no_days_of_traffic_in_it():
    """It is started by the same command."""
    code = (
        "import sys, ccapp.cli, ccapp.app; print([each for each in sys.modules if 'simulate.days' in each])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert loaded.stdout.strip() == "[]"
