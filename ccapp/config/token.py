"""The token of the REST surface: from the settings, or made once and kept where only its owner reads it."""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from ccapp.config.problem import ConfigError, Problem
from ccapp.config.settings import Settings

NAME = "api_token"


def api_token(settings: Settings) -> str:
    """The token; made in `state_dir` when there is none. Two processes at once get the same one."""
    if settings.api_token and (given := settings.api_token.get_secret_value()):
        return given
    path = settings.state_dir / NAME
    try:
        if not path.exists():
            _make(path)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(file=str(path), message=f"cannot be used: {error}")]) from error
    if not token:
        raise ConfigError([Problem(file=str(path), message="is empty; remove it and a new token is made")])
    return token


def access_token(key: str, session: str) -> str:
    """128 bits, as 32 hex digits, that only who has the key can tell: the token of a session's access URL."""
    return hmac.new(key.encode(), f"access {session}".encode(), sha256).hexdigest()[:32]


def _make(path: Path) -> None:
    """A file of mode 600 that appears under its name whole, and only if there is none yet."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{NAME}.", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
