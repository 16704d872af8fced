"""A real Asterisk: up, complete, quiet, and the same one after a restart."""

import asyncio
import json
from pathlib import Path

import pytest

from scripts.stack.asterisk import AsteriskServer
from scripts.stack.program import is_good
from tests.stack.ari import connected

pytestmark = pytest.mark.real


async def test_ari_answers_and_the_version_will_do(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app:
        info = await app.ask("GET", "asterisk/info")
    version = tuple(int(part) for part in info["system"]["version"].split("+")[0].split("."))
    assert version == asterisk.program.version
    assert is_good(version)


def test_every_module_asked_for_runs(asterisk: AsteriskServer) -> None:
    asked = [
        line.split("=")[1].strip()
        for line in (asterisk.folder / "etc" / "modules.conf").read_text().splitlines()
        if line.startswith("load")
    ]
    shown = asterisk.rx("module show")
    running = {line.split()[0] for line in shown.splitlines() if " Running " in line}
    assert set(asked) <= running


def test_a_start_logs_no_warning_and_no_error(tmp_path: Path) -> None:
    with AsteriskServer(tmp_path) as server:
        assert server.running
    for word in ("WARNING", "ERROR"):
        assert word not in server.log.read_text()


def test_app_queue_loads_when_asked_for(tmp_path: Path) -> None:
    with AsteriskServer(tmp_path, with_app_queue=True) as server:
        assert "Running" in server.rx("module show like app_queue")


def test_a_site_may_add_contexts_and_trunks(tmp_path: Path) -> None:
    server = AsteriskServer(tmp_path)
    (tmp_path / "etc" / "extensions_local.conf").write_text("[ours]\nexten => 1,1,Hangup()\n")
    (tmp_path / "etc" / "pjsip_local.conf").write_text("[ours]\ntype = endpoint\ncontext = ours\n")
    with server:
        assert "Hangup()" in server.rx("dialplan show ours")
        assert "ours" in server.rx("pjsip show endpoints")


def test_the_description_of_ari_lies_beside_it(asterisk: AsteriskServer) -> None:
    events = json.loads((asterisk.rest_api / "events.json").read_text())
    assert "StasisStart" in events["models"]


async def test_a_restart_keeps_ports_and_password(tmp_path: Path) -> None:
    server = AsteriskServer(tmp_path)
    try:
        await asyncio.to_thread(server.start)
        url, pid = server.ari_url, server.pid
        await asyncio.to_thread(server.kill)
        assert not server.running
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.restart)
        assert server.ari_url == url
        assert server.pid != pid
        async with connected(server) as app:
            assert await app.ask("GET", "asterisk/ping")
    finally:
        await asyncio.to_thread(server.close)


def test_two_at_once_do_not_meet(asterisk: AsteriskServer, tmp_path: Path) -> None:
    with AsteriskServer(tmp_path) as other:
        assert other.sip_port != asterisk.sip_port
        assert str(other.folder) in other.rx("core show settings")


async def test_a_deep_folder_is_no_trouble(tmp_path: Path) -> None:
    deep = tmp_path / ("a-long-name-" * 8)
    with AsteriskServer(deep) as server:
        assert "Asterisk" in server.rx("core show version")
