"""Which addresses of the net may be dialled for a feed: public ones, however they are written. Pure."""

import ipaddress
import re

_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_NAME = re.compile(r"[a-z0-9._-]+", re.IGNORECASE)
_UNICAST = ipaddress.IPv6Network("2000::/3")
_TUNNELS = tuple(
    map(ipaddress.IPv6Network, ("2001::/32", "2002::/16"))
)  # Teredo, 6to4: an IPv4 address within
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")


class PrivateAddress(Exception):  # noqa: N818  (an answer about a host, not a fault)
    """A host leads into a private network, or is written so that one cannot be sure."""


def is_public(address: str) -> bool:
    """Whether an address, in its usual spelling, belongs to the public net and names one machine.

    Refused are private, shared (CGNAT), loopback, link-local, multicast, unspecified and reserved addresses, and
    every IPv6 address that hides an IPv4 one, but for NAT64 of a public one: networks without IPv4 need it.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _RELAYS
    if ip.scope_id is None and ip in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip in _UNICAST and ip.is_global and not any(ip in tunnel for tunnel in _TUNNELS)


def vet(host: str, addresses: list[str]) -> None:
    """Raises `PrivateAddress` if one of the addresses of `host` is not public: it may be the next to be dialled."""
    for address in addresses:
        if not is_public(address):
            raise PrivateAddress(f"{host} is {address}" if address != host else f"{host} is not public")


def vet_spelling(host: str) -> None:
    """Raises `PrivateAddress` for a host that is this machine or a private address by its spelling alone.

    Decimal, octal, hexadecimal and shortened forms of IPv4 are refused whatever they mean: no publisher writes
    them, and programs read them differently.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        raise PrivateAddress(f"{host} is this machine")
    if is_address(host):
        vet(host, [host])
    elif _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise PrivateAddress(f"{host} is an address in an odd spelling")


def is_host(host: str) -> bool:
    """Whether `host` is a name or an address; what libraries make of anything else differs."""
    return bool(_NAME.fullmatch(host)) or is_address(host)


def is_address(host: str) -> bool:
    """Whether `host` is an IP address in its usual spelling."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
