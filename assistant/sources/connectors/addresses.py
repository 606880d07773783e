"""Web addresses that a connection may name, and network addresses that may be connected to.

Addresses are read strictly: what two parsers could read in two ways (numbers for a host, user
names, backslashes, escapes, look-alike letters) is refused, not repaired.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from assistant.errors import ConnectorError

IPAddress = IPv4Address | IPv6Address

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[A-Za-z0-9._~/-]*)?"
)
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"(?:0[xo])?[0-9a-f]+|[0-9]+")
_PORTS = {"https": 443, "http": 80}

_METADATA = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
"""Where clouds hand their credentials to any program, outside of the link-local range."""

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class Origin(NamedTuple):
    """Scheme, host and port: what credentials belong to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _PORTS.get(self.scheme)
        return f"{self.scheme}://{shown}" if usual else f"{self.scheme}://{shown}:{self.port}"

    @property
    def site(self) -> str:
        """The host, with the port where it is not the usual one."""
        return str(self).split("://", 1)[1]


def read_address(url: str) -> tuple[Origin, str]:
    """Origin and path (without a final slash) of a connection's address.

    Raises ``ConnectorError`` where it is not a plain web address.
    """
    match = _URL.fullmatch(url.strip())
    if match is None:
        raise _refused(url, "it is not a plain web address")
    scheme = match["scheme"].lower()
    if scheme not in _PORTS:
        raise _refused(url, f"'{scheme}' is not a web address")
    path = (match["path"] or "").rstrip("/")
    if ".." in path.split("/"):
        raise _refused(url, "its path leads upwards")
    port = int(match["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise _refused(url, f"there is no port {port}")
    return Origin(scheme, read_host(match["host"], url), port), path


def read_host(host: str, shown: str = "") -> str:
    """A host name or literal address in its one usual form; ``ConnectorError`` for any other."""
    shown = shown or host
    if host.startswith("[") or ":" in host:
        try:
            return str(IPv6Address(host.strip("[]")))
        except ValueError as error:
            raise _refused(shown, "its host is not an address") from error
    name = host.lower().removesuffix(".")
    if not name or len(name) > 253 or not _NAME.fullmatch(name):
        raise _refused(shown, "its host is not a host name")
    last = name.rsplit(".", 1)[-1]
    if _NUMBER.fullmatch(last) and last[0].isdigit():
        try:
            return str(IPv4Address(name))
        except ValueError as error:
            raise _refused(shown, "its host is a number in an unusual form") from error
    return name


def _refused(url: str, why: str) -> ConnectorError:
    shown = re.sub(r"//[^/@\\]*@", "//", url)[:120]
    return ConnectorError(
        f"The address '{shown}' was refused: {why}. Write it as https://HOST or https://HOST/PATH, "
        "without a user name or password."
    )


def literal_address(host: str) -> IPAddress | None:
    """The address that a host is written as, or ``None`` for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def inner_address(address: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64), else itself.

    Source of the ranges: RFC 4291, RFC 3056, RFC 4380, RFC 6052, RFC 8215.
    """
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    compatible = address in _COMPATIBLE and int(address) > 1
    if compatible or any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_never_allowed(address: IPAddress) -> bool:
    """Whether nothing may be asked of this address even where it is listed.

    Cloud metadata services, link-local, multicast, unspecified and reserved addresses.
    """
    address = inner_address(address)
    return (
        address in _METADATA
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and not address.is_loopback)
        or (isinstance(address, IPv4Address) and int(address) >> 24 == 0)
    )


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet."""
    inner = inner_address(address)
    return inner.is_global and not is_never_allowed(address)


def is_loopback(address: IPAddress) -> bool:
    """Whether an address is this computer itself."""
    return inner_address(address).is_loopback
