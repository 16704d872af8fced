"""The live owner of the Router: wakes stories, keeps agents' stations, publishes what happens.

Only `Acd` changes the Router. Everything here is synchronous but the waiting itself, so that no `finally`
can be torn by a cancellation.
"""

from ccapp.acd.callbacks import AskedAlready, Callback, NoCallback, Standing
from ccapp.acd.entering import TurnedAway
from ccapp.acd.own_calls import OwnCall
from ccapp.acd.owner import Acd
from ccapp.acd.place import Attempt, Place
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Edition, Taking, Visit

__all__ = [
    "Acd",
    "AskedAlready",
    "Attempt",
    "Callback",
    "Edition",
    "NoCallback",
    "OwnCall",
    "Place",
    "Standing",
    "Taking",
    "Talk",
    "TurnedAway",
    "Visit",
]
