"""Prompts brought over REST and heard by callers."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from scripts.stack.tools import espeak_ng, sox
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.phone import read_sound
from tests.rows import rows
from tests.telephony.test_prompt_files import mp3, wav

pytestmark = pytest.mark.real

DEADLINE_S = 30.0


async def send(house: House, method: str, path: str, **given: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {house.engine.token}"}
    async with (
        aiohttp.ClientSession(house.engine.url, headers=headers) as client,
        client.request(method, f"/v1/prompts{path}", **given) as answer,
    ):
        content = await answer.read()
        return answer.status, await answer.json() if answer.content_type == "application/json" else content


@rows("ST-09")
async def test_a_text_is_spoken_in_the_calls_language_by_its_voice(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    spanish = "Buenos días, gracias por llamar a nuestra empresa en el día de hoy."
    says = {"say": "Good morning, thank you for calling our company today.", "translations": {"es": spanish}}
    trees = {"main": {"start": "bye", "nodes": {"bye": {"hang_up": says}}}}
    numbers = {"300": {"ivr": "main", "data": {"Language": "es"}}, "301": {"ivr": "main"}}
    agents = {"alice": agent(201)}
    async with open_house(centre(agents, numbers=numbers, ivr=trees, voices={"es": "es"})) as house:
        in_spanish, in_english = await house.call("300"), await house.call("301")
        for call in (in_spanish, in_english):
            await call.ended(DEADLINE_S)
    expected = read_sound(await asyncio.to_thread(synthesised, tmp_path, spanish, "es"))
    by_another_voice = read_sound(await asyncio.to_thread(synthesised, tmp_path, spanish, "en"))
    assert in_spanish.heard.matches(expected) > 0.8
    assert in_spanish.heard.matches(by_another_voice) < 0.6
    assert in_english.heard.matches(expected) < 0.6


def synthesised(folder: Path, text: str, voice: str) -> Path:
    """The text spoken as the engine has it spoken."""
    raw, out = folder / f"raw-{voice}.wav", folder / f"spoken-{voice}.wav"
    said = [str(espeak_ng()), "--stdin", "-v", voice, "-w", str(raw)]
    subprocess.run(said, input=text, text=True, check=True, timeout=60)
    subprocess.run(
        [str(sox()), str(raw), "-r", "8000", "-c", "1", "-b", "16", str(out)], check=True, timeout=60
    )
    return out


@rows("ST-08", "ST-31")
async def test_uploaded_files_are_heard_listed_replaced_and_removed(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    nodes = {"first": {"play": {"sound": "hello", "then": "second"}}, "second": {"hang_up": {"sound": "bye"}}}
    trees = {"main": {"start": "first", "nodes": nodes}}
    async with open_house(
        centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr=trees)
    ) as house:
        status, made = await send(house, "POST", "/hello", data=wav(2.0, hz=500))
        assert (status, made["seconds"], made["used_by"]) == (201, 2.0, ["main/first"])
        form = aiohttp.FormData()
        form.add_field("note", "the goodbye")
        form.add_field("file", mp3(tmp_path, wav(2.0, hz=700)), filename="anything.txt")
        assert (await send(house, "POST", "/bye", data=form))[0] == 201

        call = await house.call("300")
        await call.heard.hears(500, DEADLINE_S)
        await call.heard.hears(700, DEADLINE_S)
        await call.ended(DEADLINE_S)

        status, listed = await send(house, "GET", "")
        assert [each["name"] for each in listed["prompts"]] == ["bye", "hello"]
        status, content = await send(house, "GET", "/hello")
        (tmp_path / "heard.wav").write_bytes(content)
        assert len(read_sound(tmp_path / "heard.wav")) == 16_000

        for bad in (b"", b"no sound at all", b"RIFF....WAVE", wav(0.001)):
            status, refused = await send(house, "POST", "/hello", data=bad)
            assert (status, refused["error"]["code"]) == (400, "bad_prompt")
        empty = aiohttp.FormData({"note": "no file"})
        empty.add_field("more", "x")
        assert (await send(house, "POST", "/hello", data=empty))[0] == 400

        assert (await send(house, "POST", "/hello", data=wav(1.0, hz=900)))[0] == 200
        assert (await send(house, "DELETE", "/bye"))[0] == 409
        assert (await send(house, "DELETE", "/bye?force"))[0] == 200
        assert (await send(house, "DELETE", "/bye"))[0] in (404, 409)
        call = await house.call("300")
        await call.heard.hears(900, DEADLINE_S)
        await call.ended(DEADLINE_S)
        assert call.heard.loudest_share(700, 10) < 0.3
        assert (await house.story(call)).nodes == ["first", "second"]
