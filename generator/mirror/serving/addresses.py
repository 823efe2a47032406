"""The addresses under which the other devices of a network find this computer."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator

ADDRESS_OF_INTERFACE = 0x8915
"""SIOCGIFADDR, netdevice(7): the IPv4 address of a network interface of Linux."""
SOMEWHERE = ("10.255.255.255", "172.31.255.255", "192.168.255.255", "192.0.2.1")
"""Private networks, and one for examples (RFC 5737): nothing is sent there, it only says which way it would go."""


def shown_addresses(host: str, port: int) -> list[str]:
    """What people can type, the local network's addresses first."""
    if host and host not in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return [_address(host, port)]
    found = sorted({*_of_interfaces(), *_of_routes()}, key=_order)
    return [_address(one, port) for one in found] or [_address("127.0.0.1", port)]


def _order(address: str) -> tuple[bool, bool, int]:
    known = ipaddress.ip_address(address)
    return known.is_loopback, known.is_link_local, int(known)


def _address(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}/" if port == 80 else f"http://{shown}:{port}/"


def _of_interfaces() -> Iterator[str]:
    """Linux: one address of each interface."""
    try:
        import fcntl
    except ImportError:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an IPv4 address
                answer = fcntl.ioctl(asking, ADDRESS_OF_INTERFACE, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(answer[20:24])


def _of_routes() -> Iterator[str]:
    """Any system: the address that packets to somewhere would bear."""
    for target in SOMEWHERE:
        with (
            contextlib.suppress(OSError),  # no way leads there
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking,
        ):
            asking.connect((target, 9))
            yield str(asking.getsockname()[0])
