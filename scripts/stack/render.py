"""Asterisk's configuration from the templates of `asterisk_conf/`: pure text in, text out.

Placeholders are written `@name@`, because `${NAME}` is Asterisk's own. Only the values of
`AsteriskSettings` can be inserted, and none may break out of its line: a configuration file is a program,
and some values come from people.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parents[2] / "asterisk_conf"
FRAGMENTS: Final = {"pjsip_trunk.conf", "modules_queue.conf"}
"""Templates that are inserted into others and give no file of their own."""

DEFAULTS: Final = ("acl", "ccss", "cel", "features", "manager", "pjproject", "udptl", "websocket_client")
"""Files Asterisk misses loudly and that we want at their defaults: a quiet log shows what matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A carrier's side: `match` is where it calls from, `PJSIP/<number>@<name>` goes to `contact`."""

    name: str
    match: str
    contact: str

    @property
    def contact_address(self) -> tuple[str, int]:
        """Host and port of `contact`, where the carrier's side listens."""
        host, _, port = self.contact.removeprefix("sip:").partition(":")
        return host, int(port or 5060)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """Everything the templates need to know. Folders of the program first, then our own, then choices."""

    modules: Path
    data: Path
    music: Path
    folder: Path
    run_folder: Path
    sip_port: int
    http_port: int
    rtp_first: int
    rtp_last: int
    bind: str = "127.0.0.1"
    app: str = "ccapp"
    ari_user: str = "ccapp"
    ari_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    realm: str = "ccapp"
    trunks: tuple[Trunk, ...] = (
        Trunk(name="carrier", match="127.0.0.2", contact="sip:127.0.0.2:5060"),
        Trunk(name="public", match="127.0.0.3", contact="sip:127.0.0.3:5060"),
    )
    absent_retry_s: int = 2
    absent_total_s: int = 120
    with_app_queue: bool = False


def rendered(settings: AsteriskSettings, templates: Path = TEMPLATES) -> dict[str, str]:
    """The text of each configuration file by its name."""
    texts = {path.name: path.read_text() for path in sorted(templates.glob("*.conf"))}
    values = {
        **{name: getattr(settings, name) for name in settings.__slots__},
        "trunks": "\n".join(
            _filled(texts["pjsip_trunk.conf"], {name: getattr(trunk, name) for name in trunk.__slots__})
            for trunk in settings.trunks
        ),
        "queue_modules": texts["modules_queue.conf"] if settings.with_app_queue else "",
    }
    files = {name: _filled(text, values) for name, text in texts.items() if name not in FRAGMENTS}
    return {f"{name}.conf": "; Asterisk's defaults\n" for name in DEFAULTS} | files


def write(settings: AsteriskSettings, templates: Path = TEMPLATES) -> Path:
    """Write the files to `settings.folder/etc` and make the folders they name; returns the main file."""
    for name in ("etc", "lib", "db", "keys", "cache", "agi", "log", "spool/recording", "spool/tmp"):
        (settings.folder / name).mkdir(parents=True, exist_ok=True)
    settings.run_folder.mkdir(parents=True, exist_ok=True)
    for name, text in rendered(settings, templates).items():
        path = settings.folder / "etc" / name
        path.touch(mode=0o600)
        path.write_text(text)
    return settings.folder / "etc" / "asterisk.conf"


def _filled(text: str, values: Mapping[str, object]) -> str:
    """The text with each `@name@` replaced; a name nobody knows is a KeyError, not an empty line."""
    return re.sub(r"@([a-z_]+)@", lambda found: _safe(found[1], values[found[1]]), text)


def _safe(name: str, value: object) -> str:
    """The value as text, refused when it could end its line, start a comment or open a section."""
    text = str(value)
    if name not in {"trunks", "queue_modules"} and re.search(r"[\r\n;\[\]]", text):
        raise ValueError(f"{name}={text!r} cannot stand in an Asterisk configuration file")
    return text
