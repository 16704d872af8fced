"""Which addresses a customer's URL may lead to: public ones, and those the operator has allowed.

A name is resolved once, all its addresses are looked at, and the connection is made to one of those: what a
name server says a moment later changes nothing.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_CARRIERS = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))
"""IPv6 addresses that carry an IPv4 address along: what is behind them is not to be seen from here."""


class NotAllowed(OSError):
    """The address is a private one."""


def allowed(text: str, networks: Sequence[Network]) -> bool:
    """Whether this address, as a text, may be connected to."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in networks if network.version == address.version):
        return True
    if any(address in network for network in _CARRIERS if network.version == address.version):
        return False
    old_private = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not address.is_multicast and not old_private


class VettingResolver(AbstractResolver):
    """Gives only addresses that may be connected to."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        results = [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, place in found
            if allowed(str(place[0]), self._networks)
        ]
        if not results:
            raise NotAllowed(f"{host} is a private address")
        return results

    async def close(self) -> None:
        pass
