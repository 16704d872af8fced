"""Downloads: both sides in one file, and nothing else from anywhere."""

import io
import wave
from pathlib import Path

import aiohttp
import pytest

from ccapp.web.stereo import CHUNK, Stereo
from tests.web.floor import AUTH, open_floor

NAME = "1700.12/4711-1"


def side(folder: Path, which: str, samples: bytes, *, finished: bool = True) -> Path:
    """As Asterisk writes it; one that is not finished says in its header that it is empty."""
    path = folder / f"{NAME}-{which}.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples)
    if not finished:
        raw = bytearray(path.read_bytes())
        raw[40:44] = bytes(4)
        path.write_bytes(raw)
    return path


def frames(sound: bytes) -> tuple[bytes, bytes]:
    """Left and right."""
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        raw = file.readframes(file.getnframes())
    pairs = [raw[n : n + 4] for n in range(0, len(raw), 4)]
    return b"".join(p[:2] for p in pairs), b"".join(p[2:] for p in pairs)


@pytest.mark.parametrize("finished", [True, False])
def test_the_shorter_side_is_filled_with_silence(tmp_path: Path, finished: bool) -> None:
    long, short = b"\1\2" * (CHUNK + 5), b"\3\4" * 7
    with Stereo(
        side(tmp_path, "caller", long, finished=finished), side(tmp_path, "agent", short, finished=finished)
    ) as sound:
        whole = b"".join(sound.parts())
        assert len(whole) == sound.length
    left, right = frames(whole)
    assert left == long
    assert right == short.ljust(len(long), b"\0")


def test_a_side_that_is_missing_is_silent_and_both_are_an_error(tmp_path: Path) -> None:
    agent = side(tmp_path, "agent", b"\3\4" * 3)
    with Stereo(tmp_path / "none.wav", agent) as sound:
        assert frames(b"".join(sound.parts())) == (bytes(6), b"\3\4" * 3)
    with pytest.raises(FileNotFoundError):
        Stereo(tmp_path / "none.wav", tmp_path / "neither.wav")


async def asked(url: str, path: str, method: str = "GET") -> tuple[int, bytes, str]:
    async with aiohttp.ClientSession(headers=AUTH) as client, client.request(method, url + path) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Disposition", "")


async def test_a_recording_is_downloaded_under_its_name(tmp_path: Path) -> None:
    side(tmp_path, "caller", b"\1\2" * 100)
    side(tmp_path, "agent", b"\3\4" * 100)
    async with open_floor(recordings=tmp_path) as floor:
        status, sound, called = await asked(floor.url, f"/v1/recordings/{NAME}")
        assert (status, called) == (200, 'attachment; filename="4711-1.wav"')
        assert frames(sound) == (b"\1\2" * 100, b"\3\4" * 100)
        status, nothing, _ = await asked(floor.url, f"/v1/recordings/{NAME}", "HEAD")
        assert (status, nothing) == (200, b"")
        async with aiohttp.ClientSession() as stranger:
            assert (await stranger.get(f"{floor.url}/v1/recordings/{NAME}")).status == 401


async def test_nothing_is_given_out_from_elsewhere(tmp_path: Path) -> None:
    inside, outside = tmp_path / "recording", tmp_path / "secrets"
    inside.mkdir()
    outside.mkdir()
    side(outside, "caller", b"\1\2")
    (inside / "1700.12").symlink_to(outside / "1700.12")
    ways = (NAME, "..%2Fsecrets%2F1700.12", "%2e%2e/secrets/1700.12/4711-1", "a/b%00", "1700.13/4711-1")
    async with open_floor(recordings=inside) as floor:
        for way in ways:
            status, body, _ = await asked(floor.url, f"/v1/recordings/{way}")
            assert status == 404, (way, body)


async def test_a_folder_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    async with open_floor(recordings=tmp_path / "not-here") as floor:
        status, body, _ = await asked(floor.url, f"/v1/recordings/{NAME}")
    assert status == 404
    assert b"CCAPP_RECORDINGS_DIR" in body
