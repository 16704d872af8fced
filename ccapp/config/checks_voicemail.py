"""What is recorded of one party: mailboxes of people who exist, and ways to mailboxes that do."""

from collections.abc import Iterator

from ccapp.config.problem import Finding, Path, unknown
from ccapp.domain.centre import Centre, ToVoicemail
from ccapp.domain.ivr import LeaveMessage


def mailboxes(centre: Centre) -> Iterator[Finding]:
    for index, agent in enumerate(centre.record_prompts.agents):
        yield from unknown(("record_prompts", "agents", index), "agent", agent, centre.agents)
    for id, mailbox in centre.mailboxes.items():
        for index, agent in enumerate(mailbox.agents):
            yield from unknown(("mailboxes", id, "agents", index), "agent", agent, centre.agents)
        if mailbox.deliver and not any(queue.callback for queue in centre.queues.values()):
            yield Finding(
                ("mailboxes", id, "deliver"), "is for callers of queues with callback: no queue has it"
            )
    for number, entry in centre.numbers.items():
        if isinstance(entry.target, ToVoicemail):
            path: Path = ("numbers", number, "voicemail")
            yield from unknown(path, "mailbox", entry.target.mailbox, centre.mailboxes)
    for tree in centre.trees.values():
        for name, node in tree.nodes.items():
            if isinstance(node, LeaveMessage):
                path = ("ivr", tree.id, "nodes", name, "voicemail", "to")
                yield from unknown(path, "mailbox", node.mailbox, centre.mailboxes)
