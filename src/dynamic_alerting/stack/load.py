"""Load on a tenant's database: connections that are really open."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pymysql

from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.mariadb import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold_connections(defaults_file: Path, count: int) -> Iterator[None]:
    """Hold ``count`` connections open and idle while the block runs.

    With a driver in this process rather than with a client program for each: when this process ends, so
    do they, and none is left to be found and ended.

    Args:
        defaults_file: the option file of the account ``load``.
        count: how many.

    Raises:
        StackError: the server refused one; none is left open then.
    """
    with ExitStack() as connections:
        for number in range(1, count + 1):
            try:
                connections.enter_context(connect(defaults_file))
            except pymysql.err.OperationalError as error:
                raise StackError(f"connection {number} of {count} was refused: {error.args[-1]}") from error
        yield
