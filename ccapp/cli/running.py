"""`ccapp run`: the engine, in the foreground, until it is told to stop."""

import os

from ccapp.cli import logs
from ccapp.cli.client import read_settings
from ccapp.cli.errors import CliError
from ccapp.config import ConfigError
from ccapp.config.settings import strays
from ccapp.records.errors import Fenced, LeaseHeld, RecordsError


def run() -> None:
    """Run the engine. Stop it with Ctrl-C or SIGTERM: calls live on for the next one."""
    from ccapp import app  # the whole engine: only this command pays for it
    from ccapp.calls.reception import AnotherEngine

    settings = read_settings()
    logs.setup(settings.log_level, settings.log_format)
    for stray in strays(os.environ):
        logs.log.warning("%s", stray)
    try:
        app.main(settings, logs.watcher(private=settings.log_private))
    except app.NoDatabase as error:
        raise CliError(str(error), "`ccapp doctor` checks everything the engine needs.") from None
    except (AnotherEngine, Fenced, LeaseHeld) as error:
        raise CliError(
            f"another engine acts: {error}", "one engine per Asterisk application and database."
        ) from None
    except RecordsError as error:
        raise CliError(str(error), "`ccapp doctor` checks everything the engine needs.") from None
    except ConfigError as error:
        raise CliError(str(error)) from None
