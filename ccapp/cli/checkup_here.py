"""The check-up of this machine and of the database: folder, speech, schema, clock."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from ccapp.cli.checkup import Finding, doubtful, ill, well
from ccapp.cli.checkup_asterisk import skew
from ccapp.cli.client import Engine, engine
from ccapp.cli.errors import CliError, Code
from ccapp.config import Settings
from ccapp.domain.ivr import Say
from ccapp.records.errors import DatabaseRefuses, DatabaseUnavailable
from ccapp.records.migrate import migrations
from ccapp.records.probe import probe
from ccapp.telephony.settings import SpeechSettings
from ccapp.telephony.speech import Speech

FREE_BYTES_MIN = 500_000_000


async def database(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.database_url:
        yield ill("Database", "none is named", "set CCAPP_DATABASE_URL (or DATABASE_URL)")
        return
    before = time.time()
    try:
        found = await probe(settings.database_url)
    except DatabaseUnavailable as error:
        yield ill(
            "Database",
            f"does not answer: {error.__cause__!r}",
            "start PostgreSQL; is CCAPP_DATABASE_URL right?",
        )
    except DatabaseRefuses as error:
        yield ill("Database", f"refuses us: {error}", "is CCAPP_DATABASE_URL right, and the database made?")
    else:
        yield well("Database", f"PostgreSQL {found.release} answers")
        yield skew("Database's clock", found.clock, before, time.time())
        yield _schema(found.schema)


def _schema(version: int | None) -> Finding:
    known = len(migrations())
    if version is None:
        return doubtful("Schema", "the database is empty", "nothing: `ccapp run` makes the tables")
    if version > known:
        return ill("Schema", f"version {version} is newer than this ccapp's {known}", "upgrade ccapp")
    if version < known:
        return doubtful(
            "Schema", f"version {version}, this ccapp has {known}", "nothing: `ccapp run` migrates it"
        )
    return well("Schema", f"up to date (version {version})")


def state_folder(settings: Settings) -> Finding:
    folder = settings.state_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent  # the engine makes the rest
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return ill("State folder", f"{folder}: {error.strerror}", "make it writable, or set CCAPP_STATE_DIR")
    if free < FREE_BYTES_MIN:
        return ill(
            "State folder",
            f"{folder} has {free // 1_000_000} MB left",
            "free some space: facts are spooled there",
        )
    return well("State folder", f"{folder}, {free // 1_000_000_000} GB free")


async def speech(settings: Settings) -> Finding:
    """Speaks a sentence as a caller would hear it, into a folder that is thrown away."""
    missing = list(_missing(settings))
    if missing:
        to_do = "install it (Debian: apt install espeak-ng sox), or set CCAPP_SPEECH_COMMAND and ..._CONVERT"
        return ill("Speech", f"{', '.join(missing)} cannot be found", to_do)
    with tempfile.TemporaryDirectory(prefix="ccapp-doctor-") as folder:
        told = SpeechSettings(
            synthesise=settings.speech_command, convert=settings.speech_convert, folder=Path(folder)
        )
        media = await Speech(told).media(Say(text="One, two, three."))
        made = Path(f"{media.removeprefix('sound:')}.wav") if media else None
        if made is None or not made.exists() or made.stat().st_size < 1000:
            return ill(
                "Speech",
                "the commands make no sound file",
                "try CCAPP_SPEECH_COMMAND and ..._CONVERT by hand",
            )
        seconds = (made.stat().st_size - 44) / 16_000
    return well("Speech", f"{settings.speech_command[0]} speaks ({seconds:.1f} s of sound)")


def _missing(settings: Settings) -> Iterator[str]:
    for command in (settings.speech_command, settings.speech_convert):
        if command and shutil.which(command[0]) is None:
            yield command[0]


async def running() -> Finding:
    """Whether an engine runs, and what it says of itself."""
    try:
        async with engine() as there:
            return await _asked(there)
    except CliError as error:
        if error.code is Code.NO_RIGHT:
            return ill("Engine", "runs, and does not accept our token", error.hint)
        return doubtful("Engine", error.message, "start it with `ccapp run`")


async def _asked(there: Engine) -> Finding:
    told = (await there.get("status"))["engine"]
    if told["status"] != "ok":
        return ill("Engine", f"{there.url} is {told['status']}", "see the points above, and its log")
    return well("Engine", f"runs at {there.url}, configuration {told['centre_version']}")
