"""The check-up: each ailment is found and told what to do about; a real Asterisk and database are well."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner

from ccapp.cli import app, checkup_asterisk, checkup_here
from ccapp.cli.checkup import Finding, Verdict
from ccapp.config import Settings

MODULES = Path(__file__).parents[2] / "asterisk_conf" / "modules.conf"


def info(version: str) -> dict[str, Any]:
    return {"system": {"version": version}}


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("22.10.0", Verdict.WELL),
        ("22.10.1~dfsg+~cs6.16.60671414-1", Verdict.WELL),
        ("22.11.2", Verdict.WELL),
        ("20.20.0", Verdict.WELL),
        ("23.4.0", Verdict.WELL),
        ("24.0.0", Verdict.WELL),
        ("22.9.0", Verdict.ILL),
        ("20.19.1", Verdict.ILL),
        ("23.3.0", Verdict.ILL),
        ("21.12.0", Verdict.ILL),
        ("18.26.4", Verdict.ILL),
        ("certified/20.7-cert5", Verdict.ILL),
        ("GIT-master-abc", Verdict.ILL),
        ("", Verdict.ILL),
    ],
)
def test_releases(version: str, verdict: Verdict):
    found = checkup_asterisk.release(info(version))
    assert found.verdict is verdict
    assert bool(found.to_do) is (verdict is Verdict.ILL)


def test_what_is_needed_is_what_we_load():
    loaded = set(re.findall(r"^load = (\w+)\.so", MODULES.read_text(), re.MULTILINE))
    assert set(checkup_asterisk.NEEDED) <= loaded


class FakeAri:
    """As much of ARI as the check-up asks, with what is to be wrong with it."""

    def __init__(self) -> None:
        self.version = "22.10.1"
        self.modules = list(checkup_asterisk.NEEDED)
        self.info_status = 200
        self.bridge_status = 200
        self.push_status = 200
        self.clock_off_s = 0.0
        self.left: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/ari/")
        match request.method, path.split("/")[0], path:
            case "GET", _, "asterisk/info":
                return web.json_response(info(self.version), status=self.info_status)
            case "GET", _, "asterisk/modules":
                return web.json_response(
                    [{"name": f"{each}.so", "status": "Running"} for each in self.modules]
                )
            case "GET", _, "asterisk/ping":
                at = datetime.now(UTC) + timedelta(seconds=self.clock_off_s)
                return web.json_response({"timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"})
            case "DELETE", _, _:
                self.left.discard(path)
                return web.Response(status=204)
            case _:
                status = self.bridge_status if request.method == "POST" else self.push_status
                if status == 200:
                    self.left.add(path)
                return web.json_response({}, status=status)


@asynccontextmanager
async def served(ari: FakeAri) -> AsyncIterator[Settings]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", ari.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Settings.read(asterisk_url=f"http://127.0.0.1:{port}")
    finally:
        await runner.cleanup()


async def findings(settings: Settings) -> dict[str, Finding]:
    return {found.point: found async for found in checkup_asterisk.asterisk(settings)}


async def test_a_well_one_is_left_as_it_was():
    ari = FakeAri()
    async with served(ari) as settings:
        found = await findings(settings)
    assert {each.verdict for each in found.values()} == {Verdict.WELL}
    assert len(found) == 6
    assert ari.left == set()


AILMENTS: list[tuple[str, Callable[[FakeAri], None], str]] = [
    ("Asterisk", lambda ari: setattr(ari, "info_status", 401), "CCAPP_ASTERISK_PASSWORD"),
    ("Asterisk", lambda ari: setattr(ari, "info_status", 404), "ari.conf"),
    ("Asterisk", lambda ari: setattr(ari, "info_status", 503), "try again"),
    ("Asterisk", lambda ari: setattr(ari, "info_status", 500), "log"),
    ("Version", lambda ari: setattr(ari, "version", "22.9.0"), "22.10"),
    ("Modules", lambda ari: ari.modules.remove("bridge_holding"), "bridge_holding.so"),
    ("ARI rights", lambda ari: setattr(ari, "bridge_status", 403), "read_only=no"),
    ("Accounts", lambda ari: setattr(ari, "push_status", 403), "sorcery.conf"),
    ("Asterisk's clock", lambda ari: setattr(ari, "clock_off_s", 60.0), "NTP"),
    ("Asterisk's clock", lambda ari: setattr(ari, "clock_off_s", -60.0), "NTP"),
]


@pytest.mark.parametrize(("point", "ail", "to_do"), AILMENTS)
async def test_ailments(point: str, ail: Callable[[FakeAri], None], to_do: str):
    ari = FakeAri()
    ail(ari)
    async with served(ari) as settings:
        found = await findings(settings)
    assert [name for name, each in found.items() if each.verdict is Verdict.ILL] == [point]
    assert to_do in found[point].to_do


async def test_nobody_there():
    found = await findings(Settings.read(asterisk_url="http://127.0.0.1:9"))
    assert found["Asterisk"].verdict is Verdict.ILL
    assert "CCAPP_ASTERISK_URL" in found["Asterisk"].to_do


async def test_no_database():
    found = [each async for each in checkup_here.database(Settings.read())]
    assert [each.verdict for each in found] == [Verdict.ILL]
    there = Settings.read(database_url="postgresql://nobody@127.0.0.1:9/none")
    found = [each async for each in checkup_here.database(there)]
    assert [each.verdict for each in found] == [Verdict.ILL]


async def test_database(database_url: str, empty_database_url: str):
    async def schema(url: str) -> Finding:
        return [each async for each in checkup_here.database(Settings.read(database_url=url))][-1]

    assert (await schema(database_url)).verdict is Verdict.WELL
    assert (await schema(empty_database_url)).verdict is Verdict.DOUBTFUL


async def test_speech(tmp_path: Path):
    missing = Settings.read(speech_command=("no-such-voice", "{voice}", "{wav}"))
    assert (await checkup_here.speech(missing)).verdict is Verdict.ILL
    silent = Settings.read(
        speech_command=("true", "{voice}", "{wav}"), speech_convert=("true", "{wav}", "{out}")
    )
    assert (await checkup_here.speech(silent)).verdict is Verdict.ILL


def test_state_folder(tmp_path: Path):
    settings = Settings.read(state_dir=tmp_path / "a" / "b")
    assert checkup_here.state_folder(settings).verdict is Verdict.WELL
    assert not (tmp_path / "a").exists()
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert checkup_here.state_folder(Settings.read(state_dir=blocked)).verdict is Verdict.ILL


def test_the_command_fails_when_a_check_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CCAPP_ASTERISK_URL", "http://127.0.0.1:9")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "FAIL  Asterisk" in result.stdout
    assert "→ start Asterisk" in result.stdout
    assert "checks failed" in result.stderr
    points = [each["point"] for each in json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)]
    assert points == ["Asterisk", "Database", "State folder", "Speech", "Engine"]


async def test_a_real_asterisk_is_well(asterisk: Any):
    settings = Settings.read(
        asterisk_url=asterisk.ari_url,
        asterisk_user=asterisk.ari_user,
        asterisk_password=asterisk.ari_password,
    )
    found = await findings(settings)
    assert {each.verdict for each in found.values()} == {Verdict.WELL}, found
