"""The exchange's truth against the facts: who is joined with whom, and whether every channel has an owner."""

from collections.abc import Iterator

from ccapp.domain.ids import BridgeId, ChannelId, dialler_of, offer_of
from ccapp.domain.ivr import Prompt
from ccapp.simulate.channels import Channel, Mix
from ccapp.simulate.checks.verdict import Verdict
from ccapp.simulate.checks.visits import Visits, is_callback
from ccapp.simulate.exchange import Exchange

LAST_WORDS_S = 5.0
"""What an engine that another has taken over from said last may be heard so much later."""


class Lines:
    def __init__(self, verdict: Verdict, visits: Visits, exchange: Exchange) -> None:
        self._verdict = verdict
        self._visits = visits
        self._exchange = exchange
        self._suspects: set[str] = set()
        self._died_at = float("-inf")
        self._orphans: set[str] = set()  # channels that hear what an engine began that is dead
        self.slow = False  # commands take longer than anybody can wait for

    def mixed(self, mix: Mix) -> None:
        """A bridge has changed."""
        if mix.music is None:
            members = mix.members.values()
            callers = [one.id for one in members if one.kind == "inbound" or is_callback(one.id)]
            agents = [one.id for one in members if one.kind == "dialled" and not is_callback(one.id)]
            self._verdict.must(len(callers) < 2, "two callers on one agent", mix.id, callers)
            self._verdict.must(len(agents) < 2, "two agents on one caller", mix.id, agents)
            if len(mix.members) > 1:
                # an agent on the line is joined by another way than his beep is stopped on reconnecting
                hear = [
                    id for id, channel in mix.members.items() if channel.playbacks and channel.kind != "phone"
                ]
                told = [id for id in hear if id not in self._orphans]
                self._verdict.must(not told or self.slow, "who is joined is told nothing more", mix.id, told)

    def heard(self, channel: Channel, prompt: Prompt) -> None:
        """A prompt begins."""
        if self._verdict.now() - self._died_at < LAST_WORDS_S:
            self._orphans.add(channel.id)
        else:
            self._orphans.discard(channel.id)
        mix = self._exchange.bridges.get(channel.bridge) if channel.bridge else None
        if mix is not None and mix.music is None and not self.slow:
            others = [id for id in mix.members if id != channel.id and not self._is_over(id)]
            self._verdict.must(not others, "nobody is told anything in a talk", channel.id, prompt)

    def _is_over(self, id: ChannelId) -> bool:
        """Whether it is the leg of an agent whose offer came to nothing: joined all the same, where the word
        of it was lost with the connection, and about to be hung up."""
        live = {offer.channel for offer in self._visits.offers.values()}
        live |= {talk.channel for talk in self._visits.talks.values()}
        return offer_of(id) is not None and id not in live

    def engine_died(self) -> None:
        self._died_at = self._verdict.now()
        self._orphans |= {channel.id for channel in self._exchange.channels.values() if channel.playbacks}

    def rung(self, channel: Channel) -> None:
        """A phone begins to ring."""
        others = [
            other.id
            for other in self._exchange.channels.values()
            if other.party is channel.party and other.kind == "dialled" and other is not channel
        ]
        self._verdict.must(
            not others or self.slow, "a phone is rung twice at once", channel.id, "beside", others
        )
        self._verdict.must(
            self.slow or not self._on_line(channel), "a phone is rung that waits on the line", channel.id
        )

    def _on_line(self, rung: Channel) -> bool:
        """Whether it rings beside a caller who was joined on the phone's own leg, or is to be.

        A ring that was on its way when its offer was taken back will be ended, too.
        """
        own = {offer.channel for offer in self._visits.offers.values()}
        if rung.id not in own:
            return False
        own |= {talk.channel for talk in self._visits.talks.values()}
        return any(
            other.party is rung.party and other.kind == "phone" and other.id in own
            for other in self._exchange.channels.values()
        )

    def inspect(self) -> None:
        """From time to time, with a living engine connected: what is wrong now and was wrong the last time
        has nobody who cares."""
        found = set(self._wrong())
        for wrong in found & self._suspects:
            self._verdict.broken("nobody cares", wrong)
        self._suspects = found

    def forgive(self) -> None:
        """Something has happened that takes a while to be put right."""
        self._suspects.clear()

    def _wrong(self) -> Iterator[str]:
        open_visits = {str(visit): fact for visit, fact in self._visits.open.items()}
        channels = {str(id): channel for id, channel in self._exchange.channels.items()}
        rung = {offer.channel for offer in self._visits.offers.values()}
        talking = {talk.channel for talk in self._visits.talks.values()}
        customers = {dialled.channel for dialled in self._visits.dialled.values()}
        for channel in channels.values():
            if channel.kind == "inbound" and channel.id not in open_visits:
                yield f"caller {channel.id} has no visit"
            if channel.kind == "dialled" and offer_of(channel.id) and channel.id not in rung | talking:
                yield f"agent's leg {channel.id} has no owner"
            if is_callback(channel.id) and channel.id not in customers:
                yield f"customer's leg {channel.id} has no owner"
        for channel in channels.values():
            phone = dialler_of(BridgeId(channel.id))
            if channel.kind == "dialled" and phone is not None and phone not in channels:
                yield f"leg {channel.id} of a call that nobody makes"
        for talk in self._visits.talks.values():
            if talk.channel not in channels:
                yield f"talk without agent's channel: {talk}"
        for visit, fact in open_visits.items():
            if visit not in channels and not is_callback(visit):
                yield f"visit {visit} without a channel, last said: {fact}"
        for offer in self._visits.offers.values():
            kept_for = self._visits.dialled.get(offer.visit)
            if offer.channel not in channels and (kept_for is None or kept_for.channel not in channels):
                yield f"offer without a channel: {offer}"

    def at_the_end(self) -> None:
        must = self._verdict.must
        must(not self._exchange.channels, "channels are left", list(self._exchange.channels))
        must(not self._exchange.bridges, "bridges are left", list(self._exchange.bridges))
