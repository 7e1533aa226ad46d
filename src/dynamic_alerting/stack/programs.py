"""The programs of others that the platform is made of, found on this machine."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from dynamic_alerting.stack.errors import MissingProgramsError

# An ordinary user's PATH lacks the first three on Debian; Homebrew is not on a service's PATH.
EXTRA_DIRECTORIES = ("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")


@dataclass(frozen=True, slots=True)
class Program:
    """A program under the names that distributions give it; Debian's package that has it."""

    names: tuple[str, ...]
    debian: str
    brew: str


PROMETHEUS = Program(("prometheus",), "prometheus", "prometheus")
ALERTMANAGER = Program(("prometheus-alertmanager", "alertmanager"), "prometheus-alertmanager", "alertmanager")
MYSQLD_EXPORTER = Program(
    ("prometheus-mysqld-exporter", "mysqld_exporter"), "prometheus-mysqld-exporter", "mysqld_exporter"
)
MARIADBD = Program(("mariadbd",), "mariadb-server", "mariadb")
MARIADB_INSTALL_DB = Program(("mariadb-install-db",), "mariadb-server", "mariadb")


@dataclass(frozen=True, slots=True)
class Programs:
    """The path of each program."""

    prometheus: str
    alertmanager: str
    mysqld_exporter: str
    mariadbd: str
    mariadb_install_db: str

    @classmethod
    def find(cls, path: str | None = None) -> Programs:
        """Look the programs up on PATH and in the usual places beside it.

        Raises:
            MissingProgramsError: naming all that are missing and how to get them.
        """
        wanted = (PROMETHEUS, ALERTMANAGER, MYSQLD_EXPORTER, MARIADBD, MARIADB_INSTALL_DB)
        found = [_find(program, path) for program in wanted]
        missing = [program for program, where in zip(wanted, found, strict=True) if where is None]
        if missing:
            raise MissingProgramsError(_explain(missing))
        return cls(*(where for where in found if where is not None))


def _find(program: Program, path: str | None) -> str | None:
    if path is None:
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), *EXTRA_DIRECTORIES])
    hits = (shutil.which(name, path=path) for name in program.names)
    return next((hit for hit in hits if hit), None)


def _explain(missing: list[Program]) -> str:
    names = ", ".join(" or ".join(program.names) for program in missing)
    debian = " ".join(sorted({program.debian for program in missing}))
    brew = " ".join(sorted({program.brew for program in missing}))
    return (
        f"not found on PATH: {names}. `make setup` installs them; by hand: "
        f"`apt-get install {debian}` (Debian, Ubuntu) or `brew install {brew}`"
    )
