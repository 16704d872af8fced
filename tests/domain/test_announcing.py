"""When what is due to one who waits."""

import pytest

from ccapp.domain.announcing import Announcements, Said, next_due
from ccapp.domain.ivr import Say

PROMPTS = (Say(text="one"), Say(text="two"))
BOTH = Announcements(position=True, every_s=30, prompts=PROMPTS, prompts_every_s=40, pause_s=10)


@pytest.mark.parametrize(
    ("rules", "said", "due"),
    [
        (Announcements(), {}, None),
        (Announcements(position=True), {}, (100, "standing")),
        (Announcements(position=True), {"standing_at": 100, "over_at": 104}, None),
        (Announcements(position=True, at_entry=False), {}, None),
        (Announcements(wait=True, at_entry=False, every_s=30), {}, (130, "standing")),
        (Announcements(wait=True, every_s=30), {"standing_at": 100, "over_at": 104}, (130, "standing")),
        (Announcements(wait=True, every_s=30), {"standing_at": 190.5}, (220.5, "standing")),
        (Announcements(wait=True, every_s=5), {"standing_at": 100, "over_at": 104}, (114, "standing")),
        (Announcements(wait=True, every_s=5, pause_s=0), {"standing_at": 1, "over_at": 7}, (7, "standing")),
        (Announcements(prompts=PROMPTS, prompts_every_s=20), {}, (120, "prompt")),
        (Announcements(prompts=PROMPTS, prompts_every_s=20), {"prompt_at": 120}, (140, "prompt")),
        (BOTH, {}, (100, "standing")),
        (BOTH, {"standing_at": 100, "over_at": 105}, (130, "standing")),
        (BOTH, {"standing_at": 130, "over_at": 135}, (145, "prompt")),
        (BOTH, {"standing_at": 130, "prompt_at": 145, "over_at": 148}, (160, "standing")),
    ],
)  # fmt: skip
def test_what_is_due_next(
    rules: Announcements, said: dict[str, float], due: tuple[float, str] | None
) -> None:
    assert next_due(rules, Said(entered_at=100, **said)) == due  # type: ignore[arg-type]
