"""What commands end with when they cannot do what they were asked."""

import click


class CannotError(click.ClickException):
    """Something could not be done (usage, unreachable, unreadable): exit 2."""

    exit_code = 2
