"""Reading the small files that a web configuration consists of.

They are read whole for each connection and request, as the toolkit does, and compared by content: no
signature of a file is as certain, and from the page cache a file of some kilobytes takes some 15 µs.
"""

import os
import stat
from pathlib import Path

from dynamic_alerting.exporter.web_config.errors import WebConfigError

_LARGEST = 1 << 20


def read_small_file(path: Path, what: str) -> bytes:
    """The content of a regular file of at most 1 MiB.

    Args:
        path: The file.
        what: What it is, for the error.

    Raises:
        WebConfigError: It cannot be read, is larger, or is not a regular file (opening a FIFO would wait).
    """
    try:
        # Opened without waiting, so that the look at what it is comes in time even for a FIFO.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise WebConfigError(f"{what} {path} is not a regular file.")
            if status.st_size > _LARGEST:
                raise WebConfigError(f"{what} {path} is larger than 1 MiB.")
            return file.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise WebConfigError(f"{what} {path} cannot be read: {reason}.") from error
