"""What this machine is called on its networks. Sends nothing."""

import ipaddress
import socket
from contextlib import suppress

import ifaddr

ELSEWHERE = "203.0.113.1"
"An address that nobody has (RFC 5737); the way to it is the way out of this machine."

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def addresses() -> tuple[IP, ...]:
    """Every address under which others may reach this machine; those of one link alone are left out."""
    found = []
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            address = ipaddress.ip_address(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
            if not (address.is_loopback or address.is_link_local):
                found.append(address)
    return tuple(sorted(set(found), key=lambda address: (address.version, int(address))))


def outward() -> str | None:
    """The address of this machine on the network that it reaches others through; None without any."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((ELSEWHERE, 9))  # a datagram socket only looks up its route
        return str(way.getsockname()[0])
    return next((str(address) for address in addresses()), None)


def names() -> tuple[str, ...]:
    """What this machine is called: its host name, and that on the local network (mDNS, RFC 6762)."""
    name = socket.gethostname()
    if not name.isascii() or name in ("", "localhost"):
        return ("localhost",)
    return ("localhost", name) if "." in name else ("localhost", name, f"{name}.local")
