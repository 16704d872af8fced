"""The small parts under the servers: built once, ports kept, children that end with us, µ-law."""

import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.stack.cache import built_once
from scripts.stack.guarded import GuardedProcess
from scripts.stack.ports import BLOCK, NoPortsLeft, PortBlock
from scripts.stack.ulaw import ulaw_from_wav

HALF_A_SECOND_S = 0.5


def test_many_want_it_and_one_builds_it(tmp_path: Path) -> None:
    builds = []

    def build(folder: Path) -> None:
        builds.append(folder)
        time.sleep(0.05)
        (folder / "done").touch()

    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(built_once("thing", build, within=tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [tmp_path / "thing"] * 4
    assert len(builds) == 1
    assert (tmp_path / "thing" / "done").exists()


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        built_once("thing", build, within=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thing.lock"]


def test_blocks_do_not_overlap_and_come_back() -> None:
    one, two = PortBlock.claim(), PortBlock.claim(blocks=2)
    assert two.size == 2 * BLOCK
    assert set(range(one.first, one.first + one.size)).isdisjoint(range(two.first, two.first + two.size))
    two.release()
    one.release()
    one.release()


def test_more_ports_than_there_are() -> None:
    with pytest.raises(NoPortsLeft):
        PortBlock.claim(blocks=99)


def test_a_process_ends_when_asked_and_is_killed_when_it_does_not_listen(tmp_path: Path) -> None:
    polite = GuardedProcess(["sleep", "60"], output=tmp_path / "log")
    assert polite.running
    assert polite.end(signal.SIGTERM, within_s=5) == -signal.SIGTERM
    deaf = GuardedProcess(
        ["sh", "-c", "trap '' TERM; echo deaf; sleep 60 & wait; wait"], output=tmp_path / "deaf"
    )
    _until(lambda: "deaf" in (tmp_path / "deaf").read_text())
    assert deaf.end(signal.SIGTERM, within_s=HALF_A_SECOND_S) == -signal.SIGKILL


def test_a_process_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent_code = (
        "import sys, time; from pathlib import Path; from scripts.stack.guarded import GuardedProcess\n"
        "folder = Path(sys.argv[1]); (folder / 'leftover').mkdir()\n"
        "child = GuardedProcess(['sleep', '60'], output=folder / 'log', leftover=folder / 'leftover')\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent_code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _state(pid) in "SR"
        parent.kill()
    _until(lambda: _state(pid) in "ZX")
    _until(lambda: not (tmp_path / "leftover").exists())


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xFF), (-4, 0x7E), (32767, 0x80), (-32768, 0x00), (1000, 0xCE), (-1000, 0x4E)]
)
def test_ulaw(sample: int, code: int, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "in.wav"), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(sample.to_bytes(2, "little", signed=True))
    ulaw_from_wav(tmp_path / "in.wav", tmp_path / "out.ulaw")
    assert (tmp_path / "out.ulaw").read_bytes() == bytes([code])


def _state(pid: int) -> str:
    """The kernel's one letter for what the process does; X when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


def _until(true: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
