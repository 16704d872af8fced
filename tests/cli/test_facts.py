"""`ccapp facts`: a real day's facts out of the records, and back into the simulator."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from ccapp.cli import app
from ccapp.config import SAMPLE, read_offered
from ccapp.domain.events import Fact
from ccapp.domain.traffic import Through
from ccapp.records.facts_json import decode_fact
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.replications import run_day
from tests.cli.conftest import Office
from tests.figures.past import MemoryPast
from tests.web.floor import TOKEN, open_floor

DESK = SAMPLE.parent / "travel_desk.yaml"


def day() -> list[Fact]:
    offered = read_offered(DESK)
    assert offered.traffic is not None
    told: list[Fact] = []
    run_day(Plan(centre=offered.centre, traffic=offered.traffic).day(3), Through.ROUTER, told.append)
    return told


class Archive(Office):
    """An office whose records have a day of the travel desk."""

    def __init__(self, past: MemoryPast) -> None:
        self.past = past
        super().__init__()

    async def _serve(self) -> None:
        self._down = asyncio.Event()
        async with open_floor(past=self.past) as self.floor:
            self._up.set()
            await self._down.wait()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    office = Archive(MemoryPast(day()))
    office.open()
    monkeypatch.setenv("CCAPP_URL", office.floor.url)
    monkeypatch.setenv("CCAPP_API_TOKEN", TOKEN)
    yield office
    office.close()


def test_every_fact_is_a_line(office: Archive):
    lines = office.says("facts", "--since", "2023-11-15", "--until", "2023-11-16", "--tz", "UTC").splitlines()
    items = [json.loads(line) for line in lines]
    assert [decode_fact(item["kind"], item["fact"]) for item in items] == office.past.kept


def test_a_day_out_of_the_records_can_be_had_again(office: Archive, tmp_path):
    file = tmp_path / "day.jsonl"
    file.write_text(office.says("facts", "--since", "2023-11-15", "--tz", "UTC"))
    # the shifts of the file's traffic replace those of the facts: without traffic, the day's own are had
    bare = tmp_path / "desk.yaml"
    bare.write_text(DESK.read_text().split("traffic:")[0])
    result = CliRunner().invoke(
        app, ["simulate", str(bare), "--replay", str(file), "--tz", "UTC", "--days", "3", "--json"]
    )
    assert result.exit_code == 0, result.output
    rows = {(row["of"], row["key"]): row["figures"] for row in json.loads(result.stdout)["rows"]}
    came = sum(type(fact).__name__ == "CallArrived" for fact in office.past.kept)
    assert rows["whole", ""]["offered"]["mean"] == came
    assert rows["whole", ""]["agents"]["mean"] == pytest.approx(8.5, abs=0.2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "yesterday"], "since"),
        (["--since", "2023-11-16", "--until", "2023-11-15"], "until: must be after since"),
        (["--tz", "Mars/Olympus"], "tz"),
    ],
)
def test_a_wrong_question_is_refused(office: Archive, words, told):
    result = office.ccapp("facts", *words)
    assert result.exit_code == 1
    assert told in result.output


def test_too_many_facts_are_refused_and_an_absent_database_is_told(office: Archive):
    office.past.size = 3_000_000
    result = office.ccapp("facts")
    assert (result.exit_code, "shorter time" in result.output) == (1, True)
    office.past.away = True
    assert office.ccapp("facts").exit_code == 3
