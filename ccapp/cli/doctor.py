"""`ccapp doctor`: is everything there that an engine needs, and what to do when it is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from ccapp.cli import checkup_asterisk, checkup_here
from ccapp.cli.checkup import Finding, Verdict, report
from ccapp.cli.client import read_settings
from ccapp.cli.errors import CliError
from ccapp.cli.show import show, show_json
from ccapp.config import Settings


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The findings as a JSON list.")] = False,
) -> None:
    """Check Asterisk, the database, speech and folders. Changes nothing that lasts."""
    settings = read_settings()
    findings = asyncio.run(_all(settings))
    if as_json:
        show_json([_document(found) for found in findings])
    else:
        show(report(findings))
    failed = sum(found.verdict is Verdict.ILL for found in findings)
    if failed:
        raise CliError(f"{failed} of {len(findings)} checks failed")


async def _all(settings: Settings) -> list[Finding]:
    return [found async for found in _each(settings)]


async def _each(settings: Settings) -> AsyncIterator[Finding]:
    async for found in checkup_asterisk.asterisk(settings):
        yield found
    async for found in checkup_here.database(settings):
        yield found
    yield checkup_here.state_folder(settings)
    yield await checkup_here.speech(settings)
    yield await checkup_here.running()


def _document(found: Finding) -> dict[str, str]:
    return {
        "point": found.point,
        "verdict": found.verdict.name.lower(),
        "seen": found.seen,
        "to_do": found.to_do,
    }
