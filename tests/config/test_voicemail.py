"""Mailboxes in the file: written and read again, and what is wrong with them said."""

import pytest

from ccapp.config import ConfigError
from ccapp.config.document import export_yaml, read
from ccapp.domain.admission import ToVoicemail
from ccapp.domain.ids import MailboxId, QueueId, TreeId
from ccapp.domain.ivr import LeaveMessage, Say, Sound

WHOLE = """
mailboxes:
  sales:
    name: Sales
    agents: [alice]
    greeting: {say: Speak., translations: {es: Hable.}}
    thanks: {sound: thanks}
    end_key: '*'
    silence_s: 3
    notify: https://crm.example/voicemail
agents: {alice: {name: Alice, extension: 201}}
numbers: {700: {voicemail: sales}}
queues: {q: {name: Q, closed: {voicemail: sales}, overflow: {voicemail: sales}}}
ivr: {main: {start: a, nodes: {a: {voicemail: {to: sales, then: b}}, b: {voicemail: sales}}}}
"""


def test_all_of_it_is_read_and_written_again() -> None:
    centre = read(WHOLE).centre
    sales = centre.mailboxes[MailboxId("sales")]
    assert sales.greeting == Say(text="Speak.", translations=(("es", "Hable."),))
    assert (sales.thanks, sales.end_key, sales.silence_s) == (Sound(name="thanks"), "*", 3)
    queue, tree = centre.queues[QueueId("q")], centre.trees[TreeId("main")]
    assert queue.closed == queue.overflow == ToVoicemail(mailbox=sales.id)
    assert centre.numbers["700"].target == ToVoicemail(mailbox=sales.id)
    assert list(tree.nodes.values()) == [
        LeaveMessage(mailbox=sales.id, then=list(tree.nodes)[1]),
        LeaveMessage(mailbox=sales.id),
    ]
    assert read(export_yaml(centre)).centre == centre


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("mailboxes: {m: {name: M, agents: [bob]}}", 'mailboxes.m.agents.0: no agent "bob"'),
        ("mailboxes: {m: {name: M, greeting: {}}}", "mailboxes.m.greeting: needs say (a text) or sound"),
        ("mailboxes: {m: {name: M, end_key: 5}}", "mailboxes.m.end_key: must be '#', '*', 'any' or 'none'"),
        ("mailboxes: {m: {name: M, notify: crm}}", "mailboxes.m.notify: must start with http"),
        ("mailboxes: {m: {name: M, deliver: true}}", "mailboxes.m.deliver: is for callers of queues with"),
        ("mailboxes: {m: {name: M, seconds_max: 0}}", "mailboxes.m.seconds_max: must be at least 1"),
        ("mailboxes: {m: {name: M, seconds_max: 2, seconds_min: 3}}", "seconds_min is larger"),
        ("numbers: {1: {voicemail: m}}", 'numbers.1.voicemail: no mailbox "m"'),
        ("queues: {q: {name: Q, overflow: {voicemail: m}}}", 'queues.q.overflow.voicemail: no mailbox "m"'),
        ("ivr: {t: {start: a, nodes: {a: {voicemail: m}}}}", 'ivr.t.nodes.a.voicemail.to: no mailbox "m"'),
    ],
)
def test_slips(line: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(line, "f.yaml")
    assert problem in str(refused.value)
