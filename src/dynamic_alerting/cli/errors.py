"""What commands end with when they cannot do what they were asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


class CannotError(click.ClickException):
    """Something could not be done (usage, unreachable, unreadable): exit 2."""

    exit_code = 2


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn what the file system refuses into one sentence.

    Raises:
        CannotError: Something could not be read or written.
    """
    try:
        yield
    except OSError as error:
        raise CannotError(str(error)) from error
