"""Prompts that people have brought."""

from typing import Protocol


class CannotKeep(Exception):
    """A recording that does not become a prompt; says why."""


class Prompts(Protocol):
    """Those that people have brought."""

    async def keep(self, name: str, file: str) -> None:
        """The dictation in this file is the prompt of this name from now on. Raises CannotKeep."""
        ...


class NoPrompts:
    """Where none are kept."""

    async def keep(self, name: str, file: str) -> None:
        raise CannotKeep("no prompts are kept here")
