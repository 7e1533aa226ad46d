"""Making sure, before anything is started, that every port is free."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

from dynamic_alerting.stack.errors import PortTakenError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.stack.services import Service

BLOCK = 22
"""Ports of one platform, from its ``port_base`` on."""
_BELOW_CLIENTS = range(20_000, 31_000)  # Linux gives clients those from 32768


def free_base() -> int:
    """The first port of a block that is free now, at random: for a platform that nobody has to find."""
    while True:
        base = random.choice(_BELOW_CLIENTS)  # noqa: S311 - nothing secret
        if all(is_free(port) for port in range(base, base + BLOCK)):
            return base


def require_free(services: Iterable[Service]) -> None:
    """Check every program's port.

    Raises:
        PortTakenError: naming each taken port and which of our programs wanted it.
    """
    taken = [service for service in services if not is_free(service.port)]
    if taken:
        lines = "".join(f"\n    127.0.0.1:{service.port}, wanted by {service.name}" for service in taken)
        raise PortTakenError(
            f"another program listens already on:{lines}\n"
            f"`ss -ltnp` shows which; `--port-base N` (STACK_PORT_BASE) moves ours"
        )


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As servers do: a connection that lingers from an earlier run does not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1)
        except OSError:
            return False
    return True
