"""Where and how the program runs: read once at start from `CCAPP_...` environment variables.

What calls do is not here: that is the contact centre's own file, which can be replaced while calls go on.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ccapp.config.fields import ID
from ccapp.config.problem import ConfigError, Places, Problem, did_you_mean
from ccapp.config.wording import message_of

PREFIX = "CCAPP_"
NOT_SETTINGS = frozenset({"CCAPP_CACHE", "CCAPP_URL"})
"""Variables of the same prefix that our scripts and the command line read."""


RECORDINGS_DIR = Path("/var/spool/asterisk/recording")


def _words(given: object) -> object:
    try:
        return tuple(shlex.split(given)) if isinstance(given, str) else given
    except ValueError as error:
        raise ValueError(f"is not a command line: {error}") from None


def _needs(*placeholders: str) -> AfterValidator:
    def check(command: tuple[str, ...]) -> tuple[str, ...]:
        for placeholder in placeholders:
            if not any(placeholder in word for word in command):
                raise ValueError(f"must contain {placeholder}")
        return command

    return AfterValidator(check)


def _base_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return url.rstrip("/")


def _default_state_dir() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ccapp"


Command = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""A program and its arguments, written as on a command line; never given to a shell."""


def _networks(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return tuple(ip_network(part.strip()) for part in given.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be networks with commas between them, such as 10.1.0.0/16") from None


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]

Port = Annotated[int, Field(ge=0, le=65_535)]
Word = Annotated[str, ID]


class Settings(BaseSettings):
    """Every setting, its default and what it is for. The table of `rows` is made from this."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True
    )

    database_url: str = Field(
        "",
        repr=False,
        validation_alias=AliasChoices("CCAPP_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL, as `postgresql://user:password@host/database`; `DATABASE_URL` is read too. "
        "Empty: a database of our own in `state_dir`.",
    )
    asterisk_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "http://127.0.0.1:8088", description="Asterisk's HTTP server, without `/ari`."
    )
    asterisk_user: str = Field("ccapp", min_length=1, description="User of ari.conf.")
    asterisk_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    app: Word = Field("ccapp", description="Name of the Stasis application in the dialplan.")
    command_sockets: int = Field(
        3,
        ge=0,
        le=16,
        description="WebSockets to Asterisk that commands are spread over; 0: they share the events' one.",
    )
    state_dir: Path = Field(
        default_factory=_default_state_dir,
        description="Folder for spooled facts, spoken prompts and the token. Asterisk must be able to read "
        "its `speech` folder.",
    )
    recordings_dir: Path = Field(
        RECORDINGS_DIR,
        description="Asterisk's folder of recordings (`astspooldir`/recording), for downloads, and to see "
        "how long callers' messages are.",
    )
    lease_s: float = Field(
        10.0,
        ge=2,
        le=300,
        allow_inf_nan=False,
        description="How long an engine may be silent before another takes over.",
    )
    listen_host: str = Field(
        "127.0.0.1", min_length=1, description="Address of the REST surface and the pages."
    )
    listen_port: Port = Field(8010, description="Its port; 0: any free one.")
    api_token: SecretStr | None = Field(
        None,
        description="Token of the REST surface and the CLI. Not set: made once, in `state_dir/api_token`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level logged; debug has a line for every step of a call."
    )
    log_format: Literal["text", "json"] = Field("text", description="`text` is key=value lines.")
    log_private: bool = Field(
        False, description="Whether log lines may tell numbers, names and call data of callers."
    )
    speech_command: Annotated[Command, _needs("{voice}", "{wav}")] = Field(
        ("espeak-ng", "--stdin", "-v", "{voice}", "-s", "{words_per_minute}", "-w", "{wav}"),
        description="Speaks its standard input in the voice `{voice}` into the WAV file `{wav}`, as fast as "
        "`{speed}` (-3 to 3) or `{words_per_minute}` (115 to 266) says.",
    )
    speech_convert: Annotated[Command, _needs("{wav}", "{out}")] = Field(
        ("sox", "{wav}", "-r", "8000", "-c", "1", "-b", "16", "{out}"),
        description="Makes of `{wav}` the file `{out}`, fit for Asterisk: 8 kHz, mono, 16 bit.",
    )
    prompt_convert: Annotated[Command, _needs("{in}", "{out}")] = Field(
        ("sox", "{in}", "-r", "8000", "-c", "1", "-b", "16", "{out}", "trim", "0", "601"),
        description="Makes of an uploaded WAV file `{in}` the file `{out}`, fit for Asterisk.",
    )
    prompt_mp3: Annotated[Command, _needs("{in}", "{out}")] = Field(
        ("mpg123", "-q", "-n", "25000", "-w", "{out}", "{in}"),
        description="Makes of an uploaded MP3 file `{in}` the WAV file `{out}`, which is then converted.",
    )
    http_allow: Networks = Field(
        (),
        description="Private networks that may be asked and told over HTTP, as `10.1.0.0/16,127.0.0.1`; "
        "others are refused, also by way of a redirect.",
    )
    http_secret: SecretStr | None = Field(
        None,
        description="Signs what is asked and told over HTTP where a queue's `external` has no secret of its "
        "own: `X-ACD-Signature: t=EPOCH,v1=HEX`, the HMAC-SHA256 of `EPOCH.BODY`.",
    )
    lookup_database_url: str = Field(
        "",
        repr=False,
        description="PostgreSQL that IVR nodes may ask, in transactions that only read; best as a user who "
        "may do nothing else.",
    )

    @classmethod
    def read(cls, **given: Any) -> Self:
        """The settings of this process, `given` ones first. Raises ConfigError naming the variables."""
        try:
            return cls(**given)
        except ValidationError as error:
            raise ConfigError(_told(error)) from None


def _told(error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        variable = name if name.isupper() else PREFIX + name.upper()
        yield Places("environment").problem((variable,), message_of(detail))


def strays(environment: Mapping[str, str]) -> list[Problem]:
    """Warnings about `CCAPP_` variables that no setting reads: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    return [
        Places("environment").problem((name,), f"is no setting{did_you_mean(name, known)}", "warning")
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]


class Row(NamedTuple):
    """One line of the table of settings."""

    variable: str
    default: str
    description: str


def rows() -> list[Row]:
    """Every setting, for `ccapp config settings` and the README."""
    return [
        Row(PREFIX + name.upper(), _default(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _default(name: str) -> str:
    if name == "state_dir":
        return "~/.local/state/ccapp"
    match Settings.model_fields[name].default:
        case tuple(words):
            return " ".join(map(str, words))
        case SecretStr() | None:
            return ""
        case default:
            return str(default)
