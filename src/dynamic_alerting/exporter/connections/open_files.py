"""The limit of open files: raised as far as it may be without asking."""

import resource
from contextlib import suppress

#: Nothing here needs more, and programs that close every possible descriptor are slow with a billion of them.
_ENOUGH = 1 << 16


def raise_soft_limit() -> int:
    """Raises the soft limit of open files to the hard one, if the system lets it.

    Returns:
        The limit that holds then, at most 65,536.
    """
    soft, hard = (_finite(limit) for limit in resource.getrlimit(resource.RLIMIT_NOFILE))
    wanted = min(hard, _ENOUGH)
    if soft >= wanted:
        return min(soft, _ENOUGH)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        return wanted
    return soft


def _finite(limit: int) -> int:
    return _ENOUGH if limit == resource.RLIM_INFINITY else limit
