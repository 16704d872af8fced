"""What telephony must be told. Built by `app.py` from the configuration."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """How a text becomes a sound file.

    Both commands are argument lists, run one after the other without a shell. Placeholders: `{voice}`,
    `{speed}` (-3 to 3) or `{words_per_minute}`, `{wav}` (written by the first, read by the second), `{out}`
    (8 kHz, mono, 16 bit, what Asterisk plays) and `{text}`. The first command gets the text on its standard
    input, too, which is safer: it can then never be taken for an option.
    """

    synthesise: tuple[str, ...] = (
        "espeak-ng",
        "-v",
        "{voice}",
        "-s",
        "{words_per_minute}",
        "-w",
        "{wav}",
        "--stdin",
    )
    convert: tuple[str, ...] = ("sox", "{wav}", "-r", "8000", "-c", "1", "-b", "16", "{out}")
    voice: str = "en"
    folder: Path = Path("/var/cache/ccapp/speech")
    uploads: Path = Path("/var/cache/ccapp/prompts")
    """Prompts of people's own; one of the name of a sound goes before Asterisk's."""
    run_s_max: float = 20.0
    characters_max: int = 2000
    at_once_max: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    url: str = "http://127.0.0.1:8088"
    user: str = "ccapp"
    password: str = field(default="", repr=False)
    app: str = "ccapp"
    command_sockets: int = 3
    """Asterisk works off one socket's commands one after the other; 0: all go over the events' socket."""
    command_s_max: float = 5.0
    ping_s: float = 5.0
    playback_start_s_max: float = 3.0
    speech: SpeechSettings = SpeechSettings()
    recordings: Path = Path("/var/spool/asterisk/recording")
    """Asterisk's folder of recordings: how long a message is says its file."""

    @property
    def devices_app(self) -> str:
        """The second application, which hears of phones coming and going. The channels that listen in for
        recordings are in it: nobody takes them for callers there."""
        return f"{self.app}-devices"

    def command_app(self, number: int) -> str:
        return f"{self.app}-cmd-{number}"
