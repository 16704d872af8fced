"""The IVR trees of earlier versions of the configuration, for calls that began with them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from ccapp.acd import Edition
from ccapp.domain.ids import TreeId
from ccapp.domain.ivr import Tree

log = logging.getLogger(__name__)

LOAD_S_MAX = 5.0

type Load = Callable[[int], Awaitable[Mapping[TreeId, Tree] | None]]


async def _none(version: int) -> None:
    """Where no versions are kept."""


class Editions:
    """Each is loaded once, however many calls ask for it."""

    def __init__(self, load: Load = _none) -> None:
        self._load = load
        self._loading: dict[int, asyncio.Task[Edition | None]] = {}

    async def of(self, version: int) -> Edition | None:
        """None where it cannot be had: then the present one is walked."""
        if version not in self._loading:
            self._loading[version] = asyncio.create_task(self._loaded(version))
        return await asyncio.shield(self._loading[version])

    async def _loaded(self, version: int) -> Edition | None:
        try:
            async with asyncio.timeout(LOAD_S_MAX):
                trees = await self._load(version)
        except Exception:  # a call goes on, whatever is the matter with the records
            log.exception("version %d of the configuration cannot be had", version)
            return None
        return None if trees is None else Edition(version, trees)
