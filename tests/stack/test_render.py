"""The templates: what is inserted, and what must not be."""

from pathlib import Path

import pytest

from scripts.stack.program import is_good
from scripts.stack.render import AsteriskSettings, Trunk, rendered


def settings(**choices: object) -> AsteriskSettings:
    folders = {name: Path("/x") / name for name in ("modules", "data", "music", "folder", "run_folder")}
    ports = {"sip_port": 5060, "http_port": 8088, "rtp_first": 10000, "rtp_last": 10999}
    return AsteriskSettings(**(folders | ports | choices))  # type: ignore[arg-type]


def test_asterisks_own_variables_are_left_alone() -> None:
    dialplan = rendered(settings(app="desk"))["extensions.conf"]
    assert "Stasis(desk,inbound,${CHANNEL(endpoint)})" in dialplan
    assert "@" not in dialplan


def test_every_trunk_is_an_endpoint_an_aor_and_an_identify() -> None:
    trunks = tuple(Trunk(name=n, match=f"10.0.0.{i}", contact=f"sip:10.0.0.{i}") for i, n in enumerate("ab"))
    text = rendered(settings(trunks=trunks))["pjsip.conf"]
    for trunk in trunks:
        assert text.count(f"[{trunk.name}]") == 3
        assert f"match = {trunk.match}\n" in text


def test_app_queue_only_when_asked_for() -> None:
    assert "app_queue" not in rendered(settings())["modules.conf"]
    assert "load = app_queue.so" in rendered(settings(with_app_queue=True))["modules.conf"]


def test_each_rendering_has_a_password_of_its_own_and_does_not_show_it() -> None:
    one, other = settings(), settings()
    assert one.ari_password != other.ari_password
    assert one.ari_password not in repr(one)
    assert f"password = {one.ari_password}\n" in rendered(one)["ari.conf"]


@pytest.mark.parametrize("value", ["a\nb", "a;b", "a]b", "[x"])
def test_a_value_cannot_leave_its_line(value: str) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        rendered(settings(ari_password=value))


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ((22, 10, 0), True),
        ((22, 11), True),
        ((22, 9, 9), False),
        ((20, 20, 0), True),
        ((20, 19, 1), False),
        ((21, 12, 0), False),
        ((23, 4, 0), True),
        ((23, 3, 9), False),
        ((24, 0, 0), True),
        ((18, 26), False),
        ((), False),
    ],
)
def test_which_asterisk_will_do(version: tuple[int, ...], good: bool) -> None:
    assert is_good(version) is good
