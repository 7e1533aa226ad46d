"""Runs a program and prints as JSON what it took: CPU, time, and the most memory that it had at once.

Run as a file, ``python -I -S child_usage.py PROGRAM ARGUMENT…``, in a process that has loaded nothing: a
child's greatest memory counts from the fork on, when it is still a copy of its parent.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the program, with what it prints thrown away, and print its exit code and what it took."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    begun = time.perf_counter()
    child = os.posix_spawnp(
        sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)]
    )
    _, status, usage = os.wait4(child, 0)
    print(
        json.dumps(
            {
                "code": os.waitstatus_to_exitcode(status),
                "wall": time.perf_counter() - begun,
                "cpu": usage.ru_utime + usage.ru_stime,
                "memory": usage.ru_maxrss * 1024,  # KiB on Linux
            }
        )
    )


if __name__ == "__main__":
    main()
