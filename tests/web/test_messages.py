"""Messages over REST: listed, heard, downloaded, deleted; nothing from elsewhere."""

import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp

from ccapp.domain import events
from ccapp.domain.ids import MailboxId
from ccapp.domain.voicemail import Mailbox
from tests.records.stories import message_left
from tests.web.floor import AUTH, Client, Floor, centre, open_floor
from tests.web.test_recordings import asked

SAMPLES = b"\1\2" * 4000


@asynccontextmanager
async def with_messages(folder: Path, *left: events.MessageLeft) -> AsyncIterator[tuple[Floor, Client]]:
    mailbox = Mailbox(id=MailboxId("sales"), name="Sales")
    async with open_floor(recordings=folder) as floor, aiohttp.ClientSession() as session:
        floor.acd.reconfigure(replace(centre(), mailboxes={mailbox.id: mailbox}))
        for fact in left:
            floor.acd.declare(fact)
        yield floor, Client(floor, session)


def recorded(folder: Path, file: str) -> None:
    """As Asterisk leaves it when it is killed: its header says that it is empty."""
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(SAMPLES)
    raw = bytearray(path.read_bytes())
    raw[40:44] = bytes(4)
    path.write_bytes(raw)


async def test_messages_are_listed_heard_and_deleted(tmp_path: Path) -> None:
    async with with_messages(tmp_path, message_left("1700.1"), message_left("1700.2")) as (floor, client):
        assert await client.get("/v1/mailboxes") == {
            "mailboxes": [{"id": "sales", "name": "Sales", "new": 2, "heard": 0}]
        }
        listed = (await client.get("/v1/messages?mailbox=sales"))["messages"]
        assert [each["id"] for each in listed] == ["1700.2-1", "1700.1-1"]
        assert (await client.get("/v1/messages?mailbox=other"))["messages"] == []
        status, heard = await client.ask("POST", "/v1/messages/1700.1-1/heard")
        assert (status, heard["new"], heard["heard_by"]) == (200, False, "api")
        await client.ask("POST", "/v1/messages/1700.1-1/heard")
        assert [each["id"] for each in (await client.get("/v1/messages?new=true"))["messages"]] == [
            "1700.2-1"
        ]
        assert (await client.get("/v1/status"))["mailboxes"][0]["heard"] == 1
        async with client.session.get(floor.url + "/metrics", headers=AUTH) as metrics:
            assert 'ccapp_messages{mailbox="sales",state="new"} 1.0' in await metrics.text()
        status, gone = await client.ask("DELETE", "/v1/messages/1700.1-1")
        assert (status, gone) == (200, {"removed": "1700.1-1"})
        told = [item.fact for item in floor.journal.store.facts]
        assert len([fact for fact in told if isinstance(fact, events.MessageHeard)]) == 1
        assert [fact.file for fact in told if isinstance(fact, events.MessageDeleted)] == [
            "1700.1/message-1.wav"
        ]
        for method, way in (("GET", ""), ("POST", "/heard"), ("DELETE", ""), ("GET", "/sound")):
            for id in ("1700.1-1", "..%2f..%2fetc", "x" * 200, "%00"):
                status, _ = await client.ask(method, f"/v1/messages/{id}{way}")
                assert status == 404
        status, _ = await client.ask("GET", "/v1/messages?nonsense=1")
        assert status == 400


async def test_the_sound_is_whole_whatever_its_header_says(tmp_path: Path) -> None:
    recorded(tmp_path, "1700.1/message-1.wav")
    async with with_messages(tmp_path, message_left("1700.1"), message_left("1700.2")) as (floor, _):
        status, sound, called = await asked(floor.url, "/v1/messages/1700.1-1/sound")
        assert (status, called) == (200, 'attachment; filename="1700.1-1.wav"')
        with wave.open(io.BytesIO(sound)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
            assert file.readframes(file.getnframes()) == SAMPLES
        status, body, _ = await asked(floor.url, "/v1/messages/1700.2-1/sound")
        assert status == 404
        assert b"CCAPP_RECORDINGS_DIR" in body


async def test_nothing_is_given_out_from_elsewhere(tmp_path: Path) -> None:
    inside, outside = tmp_path / "recording", tmp_path / "secrets"
    inside.mkdir()
    outside.mkdir()
    recorded(outside, "1700.1/message-1.wav")
    (inside / "1700.1").symlink_to(outside / "1700.1")
    elsewhere = replace(message_left("1700.2"), file="../secrets/1700.1/message-1.wav")
    async with with_messages(inside, message_left("1700.1"), elsewhere) as (floor, _):
        for id in ("1700.1-1", "1700.2-1"):
            status, body, _ = await asked(floor.url, f"/v1/messages/{id}/sound")
            assert status == 404, body
