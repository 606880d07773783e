"""What may be asked of the network: only hosts that a person configured, at checked addresses.

A host is looked up once, every address that comes back is checked, and the connection goes to one
of those very addresses, so that a name cannot mean one thing when checked and another when used.
Every contact is written to a log before it is made.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from assistant.domain import Value, utc_now
from assistant.errors import ConnectorError, Unreachable
from assistant.sources.connectors.addresses import (
    IPAddress,
    Origin,
    inner_address,
    is_loopback,
    is_never_allowed,
    is_public,
    literal_address,
    read_host,
)
from assistant.sources.json_values import parsed

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text, for a port."""


class OutboundPolicy(Value):
    """What the administrator of this computer allows.

    ``offline`` forbids everything. ``allowed_hosts``, where not empty, are the only hosts that a
    connection may name. ``private_hosts`` are the hosts, addresses and networks (10.1.0.0/16) in
    the company's own network or on this computer that may be connected to.
    """

    offline: bool = False
    allowed_hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()


class Contact(Value):
    """One host that was contacted: by what, at which address, when first and last."""

    host: str
    port: int
    purpose: str
    address: str = ""
    first_at: datetime
    last_at: datetime
    refused: bool = False


class OutboundLog:
    """The log of contacted hosts, as JSON lines in the data folder; one line a host and day.

    ``None`` as the path keeps it in memory alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._noted = set[tuple[str, int, str, str, bool, str]]()
        self._kept = list[dict[str, object]]()

    def note(
        self, host: str, port: int, purpose: str, address: str = "", *, refused: bool = False
    ) -> None:
        """Write down a contact that is about to be made, or one that was refused.

        Raises ``ConnectorError`` where it cannot be written: what is not logged is not contacted.
        """
        now = utc_now()
        key = (host, port, purpose, address, refused, now.date().isoformat())
        with self._lock:
            if key in self._noted:
                return
            line = {"at": now.isoformat(), "host": host, "port": port, "purpose": purpose,
                    "address": address, "refused": refused}  # fmt: skip
            if self._path is None:
                self._kept.append(line)
            else:
                _append(self._path, json.dumps(line) + "\n")
            self._noted.add(key)

    def contacts(self) -> tuple[Contact, ...]:
        """Every host ever contacted (or refused), the latest first."""
        found = dict[tuple[str, int, str, bool], Contact]()
        for line in self._lines():
            try:
                one = Contact(
                    host=str(line["host"]), port=int(str(line["port"])),
                    purpose=str(line["purpose"]), address=str(line["address"]),
                    first_at=datetime.fromisoformat(str(line["at"])),
                    last_at=datetime.fromisoformat(str(line["at"])), refused=bool(line["refused"]),
                )  # fmt: skip
            except (KeyError, ValueError):
                continue  # a line that a full disk cut off
            key = (one.host, one.port, one.purpose, one.refused)
            first = found[key].first_at if key in found else one.first_at
            found[key] = one.model_copy(update={"first_at": first})
        return tuple(sorted(found.values(), key=lambda one: one.last_at, reverse=True))

    def _lines(self) -> Iterable[dict[str, object]]:
        if self._path is None:
            return list(self._kept)
        try:
            text = self._path.read_text("utf-8")
        except OSError:
            return []
        return [read for line in text.splitlines() if isinstance(read := parsed(line), dict)]


def _append(path: Path, line: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConnectorError(
            f"The log of contacted hosts ({path}) cannot be written ({error.strerror}), so nothing "
            "was contacted. Make room or make the file writable, and try again."
        ) from error


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the operating system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Decides where a connection goes, and writes it down."""

    def __init__(
        self, policy: OutboundPolicy, log: OutboundLog, resolve: Resolver = system_resolver
    ) -> None:
        self._policy = policy
        self.log = log
        self._resolve = resolve
        self._names = set[str]()
        self._networks = list[IPv4Network | IPv6Network]()
        for entry in policy.private_hosts:
            try:
                self._networks.append(ip_network(entry.strip(), strict=False))
            except ValueError:
                self._names.add(read_host(entry.strip()))
        self._allowed = frozenset(read_host(entry.strip()) for entry in policy.allowed_hosts)

    def check_host(self, host: str) -> None:
        """Raise ``ConnectorError`` where nothing may be asked of this host, whatever its address.

        Nothing is looked up, so that a connection can be checked when it is written down.
        """
        if self._allowed and host not in self._allowed:
            raise ConnectorError(
                f"{host} is not one of the hosts allowed on this computer (UAT_ALLOWED_HOSTS: "
                f"{', '.join(sorted(self._allowed))}). Ask your administrator to add it."
            )
        literal = literal_address(host)
        if literal is not None:
            self._check_address(literal, host)

    def is_listed(self, host: str) -> bool:
        """Whether an administrator named this very host as one that may be asked."""
        return host in self._allowed

    def address_of(self, origin: Origin, purpose: str) -> str:
        """The checked address to connect to for ``origin``, written to the log.

        Raises ``ConnectorError`` where the host is not allowed or has an address that is not,
        ``Unreachable`` where it is unknown or the offline switch is on.
        """
        try:
            return self._address_of(origin, purpose)
        except ConnectorError:
            self.log.note(origin.host, origin.port, purpose, refused=True)
            raise

    def _address_of(self, origin: Origin, purpose: str) -> str:
        if self._policy.offline:
            raise Unreachable(
                f"{origin.site} was not contacted: the offline switch is on (UAT_OFFLINE). Switch "
                "it off and start again to fetch from other systems."
            )
        self.check_host(origin.host)
        try:
            literal = literal_address(origin.host)
            found = [literal] if literal else [
                address for text in self._resolve(origin.host, origin.port)
                if (address := literal_address(text.split("%", 1)[0])) is not None
            ]  # fmt: skip
        except OSError as error:
            raise Unreachable(
                f"The host {origin.host} is not known ({error.strerror or error}). Check the "
                "address of the connection and this computer's network."
            ) from error
        if not found:
            raise Unreachable(f"The host {origin.host} has no address. Check the connection.")
        for address in found:
            self._check_address(address, origin.host)
        if origin.scheme == "http" and not all(map(is_loopback, found)):
            raise ConnectorError(
                f"{origin.site} would be asked without encryption. Use https:// in the "
                "connection's address."
            )
        chosen = str(found[0])
        self.log.note(origin.host, origin.port, purpose, chosen)
        return chosen

    def _check_address(self, address: IPAddress, host: str) -> None:
        if is_never_allowed(address):
            raise ConnectorError(
                f"{host} leads to {address}, an address that no connection may use (link-local, "
                "cloud metadata or reserved). Check the connection's address."
            )
        if is_public(address) or host in self._names:
            return
        inner = inner_address(address)
        if any(inner in network or address in network for network in self._networks):
            return
        raise ConnectorError(
            f"{host} leads to {address}, which lies in a private network or on this computer. If "
            f"that is right, start the app with UAT_PRIVATE_HOSTS={host} and try again."
        )
