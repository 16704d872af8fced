"""The program's settings: from the environment, with errors that name the variable."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ccapp.config import ConfigError, Settings, api_token
from ccapp.config.settings import rows, strays


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in rows():
        monkeypatch.delenv(row.variable, raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_defaults() -> None:
    settings = Settings.read()
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8010)
    assert settings.asterisk_url == "http://127.0.0.1:8088"
    assert settings.speech_command[0] == "espeak-ng"
    assert settings.state_dir.name == "ccapp"


def test_every_setting_can_be_explained() -> None:
    assert len(rows()) == len(Settings.model_fields)
    assert all(row.variable.startswith("CCAPP_") and row.description.endswith(".") for row in rows())


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CCAPP_ASTERISK_URL", "https://pbx:8089/")
    monkeypatch.setenv("CCAPP_ASTERISK_PASSWORD", "secret")
    monkeypatch.setenv("CCAPP_SPEECH_COMMAND", "say --voice '{voice} one' -o {wav}")
    monkeypatch.setenv("CCAPP_STATE_DIR", str(tmp_path))
    settings = Settings.read(listen_port=0)
    assert settings.asterisk_url == "https://pbx:8089"
    assert settings.asterisk_password.get_secret_value() == "secret"
    assert settings.speech_command == ("say", "--voice", "{voice} one", "-o", "{wav}")
    assert (settings.state_dir, settings.listen_port) == (tmp_path, 0)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ""),
        ({"DATABASE_URL": "plain"}, "plain"),
        ({"DATABASE_URL": "plain", "CCAPP_DATABASE_URL": "ours"}, "ours"),
    ],
)
def test_database_url(environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().database_url == expected
    assert Settings.read(database_url="given").database_url == "given"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LISTEN_PORT", "80100", "must be at most 65535"),
        ("LISTEN_PORT", "http", "must be a whole number"),
        ("ASTERISK_URL", "localhost", "must start with http:// or https://"),
        ("APP", "a/b", "must be a letter, then letters, digits, _ or -, at most 40 characters"),
        ("LEASE_S", "0", "must be at least 2"),
        ("LEASE_S", "inf", "must be a number"),
        ("LOG_LEVEL", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
        ("SPEECH_COMMAND", "espeak-ng -v {voice}", "must contain {wav}"),
        ("SPEECH_CONVERT", "", "must contain {wav}"),
        ("SPEECH_COMMAND", "a 'b", "is not a command line: No closing quotation"),
    ],
)
def test_an_error_names_the_variable(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CCAPP_{name}", value)
    with pytest.raises(ConfigError) as error:
        Settings.read()
    assert str(error.value) == f"environment: CCAPP_{name}: {message}"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASTERISK_PASSWORD", "API_TOKEN", "DATABASE_URL"):
        monkeypatch.setenv(f"CCAPP_{name}", "hunter2")
    assert "hunter2" not in repr(Settings.read())


def test_a_misspelt_variable_is_told() -> None:
    [problem] = strays({"CCAPP_LISTEN_PROT": "1", "CCAPP_CACHE": "x", "CCAPP_APP": "x", "PATH": "x"})
    assert str(problem) == (
        'environment: warning: CCAPP_LISTEN_PROT: is no setting; did you mean "CCAPP_LISTEN_PORT"?'
    )


def test_the_token_given_is_used(tmp_path: Path) -> None:
    assert api_token(Settings.read(api_token="given", state_dir=tmp_path)) == "given"
    assert not list(tmp_path.iterdir())


def test_a_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings.read(state_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(lambda _: api_token(settings), range(32)))
    assert len(tokens) == 1
    assert len(tokens.pop()) >= 32
    [file] = settings.state_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_empty_token_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "api_token").touch()
    with pytest.raises(ConfigError, match="is empty; remove it"):
        api_token(Settings.read(state_dir=tmp_path))


def test_a_state_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used"):
        api_token(Settings.read(state_dir=tmp_path / "file"))
