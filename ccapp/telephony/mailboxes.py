"""Who is told what: one entry per living leg and per playback, made before the command that brings it about.

Told nothing are those we do not know: other applications' channels, and those that have ended. An id that
has ended stays known as ended for a while, because what is late about it (a reply, a list read meanwhile, a
second entry from the dialplan) must not bring it back to life.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from ccapp.domain.ids import ChannelId
from ccapp.telephony import events
from ccapp.telephony.dictation import AsteriskDictation
from ccapp.telephony.leg import AsteriskLeg
from ccapp.telephony.playback import Playback
from ccapp.telephony.recording import AsteriskRecording

log = logging.getLogger(__name__)

ENDED_MAX: Final = 2048


class Mailboxes:
    def __init__(self, playback_start_s_max: float) -> None:
        self._playback_start_s_max = playback_start_s_max
        self._legs: dict[ChannelId, AsteriskLeg] = {}
        self._playbacks: dict[str, tuple[ChannelId, Playback]] = {}
        self._recordings: dict[str, AsteriskRecording] = {}  # by the names of both sides
        self._dictations: dict[str, AsteriskDictation] = {}  # by name
        self._ended: dict[ChannelId, None] = {}  # the oldest first

    @property
    def legs(self) -> Mapping[ChannelId, AsteriskLeg]:
        return self._legs

    def register(self, leg: AsteriskLeg) -> None:
        self._ended.pop(leg.id, None)
        self._legs[leg.id] = leg

    def has_ended(self, channel: ChannelId) -> bool:
        return channel in self._ended

    @contextmanager
    def playback(self, channel: ChannelId) -> Iterator[Playback]:
        playback = Playback(f"play-{uuid4().hex}", self._playback_start_s_max)
        self._playbacks[playback.id] = channel, playback
        try:
            yield playback
        finally:
            playback.began()  # stops its timer
            del self._playbacks[playback.id]

    def recording(self, recording: AsteriskRecording) -> None:
        """Until it is stopped."""
        for name in recording.names:
            self._recordings[name] = recording

    def stopped(self, recording: AsteriskRecording) -> None:
        for name in recording.names:
            self._recordings.pop(name, None)

    def dictation(self, dictation: AsteriskDictation) -> None:
        """Until it is over."""
        self._dictations[dictation.name] = dictation

    def forget_dictation(self, dictation: AsteriskDictation) -> None:
        self._dictations.pop(dictation.name, None)

    def look_at_dictations(self) -> None:
        """Their ends may have been told while nobody listened."""
        for dictation in list(self._dictations.values()):
            dictation.look_again()

    def hear(self, event: events.Event) -> None:
        """Everything but arrivals, devices and the fate of the application."""
        match event:
            case events.Entered(channel=channel):
                if (leg := self._legs.get(channel.id)) and not leg.entered:
                    leg.tell_picked_up()
            case events.Pressed(channel=id, digit=digit):
                if leg := self._legs.get(id):
                    leg.tell_digit(digit)
            case events.Held(channel=id, on=on):
                if leg := self._legs.get(id):
                    leg.tell_held(on)
            case events.PlaybackBegan(playback=id):
                if entry := self._playbacks.get(id):
                    entry[1].began()
            case events.PlaybackEnded(playback=id, failed=failed):
                if entry := self._playbacks.get(id):
                    entry[1].end("failed" if failed else "played")
            case events.RecordingFailed(name=name, cause=cause):
                if recording := self._recordings.get(name):
                    recording.tell_failed(cause)
                elif dictation := self._dictations.get(name):
                    dictation.tell_failed(cause)
            case events.RecordingOver(name=name):
                if dictation := self._dictations.get(name):
                    dictation.tell_over()
            case events.HangingUp(channel=id, cause=cause):
                if leg := self._legs.get(id):
                    leg.tell_cause(cause)
            case events.Left(channel=id):
                self.end(id)
            case events.Destroyed(channel=id, cause=cause):
                self.end(id, cause)
            case _:
                pass

    def end(self, channel: ChannelId, cause: int | None = None, *, switch_lost: bool = False) -> None:
        self._remember_ended(channel)
        leg = self._legs.pop(channel, None)
        if leg is None:
            return
        leg.tell_gone(cause, switch_lost=switch_lost)
        for of, playback in list(self._playbacks.values()):
            if of == channel:
                playback.end("interrupted")

    def end_playbacks(self) -> None:
        """Their ends may have been told while nobody listened; or they play on."""
        for _, playback in list(self._playbacks.values()):
            playback.end("unheard")

    def _remember_ended(self, channel: ChannelId) -> None:
        self._ended[channel] = None
        if len(self._ended) > ENDED_MAX:
            del self._ended[next(iter(self._ended))]
