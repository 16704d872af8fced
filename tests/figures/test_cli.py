"""`ccapp report` against a running server."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator

import pytest

from ccapp.domain.cells import harmless
from ccapp.routing.figures import AGENTS, WHOLE
from tests.cli.conftest import Office, environment  # noqa: F401 - a fixture
from tests.figures.past import MemoryPast
from tests.figures.test_by_hand import script
from tests.web.floor import TOKEN, open_floor

DAY = ("--since", "2026-02-03", "--until", "2026-02-04", "--tz", "UTC")


class Archive(Office):
    """An office with the twenty calls in its records."""

    async def _serve(self) -> None:
        self._down = asyncio.Event()
        async with open_floor(past=MemoryPast(script())) as self.floor:
            self._up.set()
            await self._down.wait()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    office = Archive()
    office.open()
    monkeypatch.setenv("CCAPP_URL", office.floor.url)
    monkeypatch.setenv("CCAPP_API_TOKEN", TOKEN)
    yield office
    office.close()


def cells(said: str, first: str) -> list[str]:
    [line] = [line for line in said.splitlines() if line.startswith(first)]
    return line.split()


def test_queues(office: Office):
    said = office.says("report", *DAY, "--sl", "20,60", "--formula", "F3")
    assert "2026-02-03T00:00:00+00:00 to 2026-02-04T00:00:00+00:00, calls by their arrival" in said
    assert cells(said, "sales") == [
        "sales", "13", "7", "4", "30.8%", "0", "0:17", "2:00", "1:28", "1", "38.5%", "53.8%",
    ]  # fmt: skip
    assert cells(said, "All")[:3] == ["All", "20", "11"]


def test_agents_by_hour(office: Office):
    said = office.says("report", "agents", *DAY, "--by", "day")
    [ann] = [line.split() for line in said.splitlines() if " ann " in line]
    assert ann[:8] == ["2026-02-03", "ann", "7", "6", "1", "0:03", "6:40", "0:50"]


@pytest.mark.parametrize("of", ["queues", "agents", "skills", "callers", "intervals"])
def test_every_report_in_every_shape(office: Office, of: str):
    for more in ((), ("--by", "hour_of_day"), ("--belongs", "end", "--ring", "--short", "5")):
        document = json.loads(office.says("report", of, *DAY, *more, "--json"))
        rows = list(csv.DictReader(io.StringIO(office.says("report", of, *DAY, *more, "--csv"))))
        assert [row["key"] for row in rows] == [row["key"] for row in document["rows"]]
        assert [row["total_talk_time"] for row in rows] == [
            str(row["total_talk_time"]) for row in document["rows"]
        ]
        assert document["rows"]
        assert office.says("report", of, *DAY, *more).count("\n") >= len(rows)


def test_a_level_in_csv(office: Office):
    [sales, _] = csv.DictReader(io.StringIO(office.says("report", *DAY, "--csv", "--sl", "20,0.5")))
    assert sales["service_level_20"][:6] == "0.3846"
    assert sales["service_level_0.5_calls"] == "0"


def test_nothing_happened(office: Office):
    assert "Nothing happened." in office.says(
        "report", "skills", "--since", "2025-01-01", "--until", "2025-01-02"
    )


def test_definitions_need_no_engine(office: Office):
    office.close()
    for of, figures in (("agents", AGENTS), ("intervals", WHOLE)):
        said = office.says("report", of, "--definitions")
        for figure in figures:
            assert cells(said, f"{figure.code} ")[1] == figure.name


def test_wrong_words(office: Office):
    assert office.ccapp("report", *DAY, "--csv", "--json").exit_code == 2
    refused = office.ccapp("report", *DAY, "--agent", "ann")
    assert (refused.exit_code, "goes with agents only" in refused.stderr) == (1, True)
    assert office.ccapp("report", "--formula", "F9").exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("+4930123", "+4930123"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-1 x", "'-1 x"),
        ("a\x1b[2J", "a [2J"),
        (7, 7),
    ],
)
def test_texts_of_callers_do_nothing_in_a_spreadsheet(text: object, told: object):
    assert harmless(text) == told
