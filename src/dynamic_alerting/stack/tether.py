"""Becomes another program, on Linux with the kernel's promise to kill it when its starter dies.

Run as a file by ``process.spawn``: ``python -I -S tether.py STARTER_PID PROGRAM ARGUMENT...``. A program
of its own, because the promise has to be asked for after the fork and before the exec, and running Python
there (``preexec_fn``) can deadlock in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask for the promise, make sure that it did not come too late, and become the program."""
    starter, *command = sys.argv[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
        if os.getppid() != int(starter):
            sys.exit("the process that started this is gone")
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming that program is the purpose
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
