"""The engine, its configuration, and its connection to Asterisk."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreApplied(Fact):
    version: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStarted(Fact):
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStopped(Fact):
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost(Fact):
    """The connection to Asterisk is gone; calls may well go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFound(Fact):
    """Connected (again) and compared: so many calls went on, so many were gone."""

    alive: int
    gone: int
