"""A tenant's own MariaDB server: its data directory, its accounts, its options."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
from typing import TYPE_CHECKING

import pymysql

from dynamic_alerting.stack.record import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.stack.programs import Programs
    from dynamic_alerting.stack.settings import Settings

# The redo log's size is fixed when the data directory is made, so both programs get the same options.
_SMALL = ("--innodb-log-file-size=8M", "--innodb-buffer-pool-size=32M")
_EXPORTER_GRANTS = "PROCESS, REPLICATION CLIENT, SLAVE MONITOR, SELECT"
_CONNECT_TIMEOUT_S = 2


def template_dir(settings: Settings) -> Path:
    """The data directory that is made once and copied for each tenant."""
    return settings.state_dir / "mariadb" / "template"


def data_dir(settings: Settings, tenant: str) -> Path:
    """One tenant's data directory."""
    return settings.mariadb_dir(tenant) / "data"


def client_file(settings: Settings, tenant: str, account: str) -> Path:
    """The option file (``[client]``) with which an account connects: ``exporter`` or ``load``."""
    return settings.mariadb_dir(tenant) / f"{account}.cnf"


def install_command(programs: Programs, directory: Path) -> list[str]:
    """The command that makes an empty data directory.

    The account ``root`` can only be used by the operating system user who runs this, over the socket.
    """
    user = pwd.getpwuid(os.geteuid()).pw_name
    return [
        programs.mariadb_install_db,
        "--no-defaults",
        f"--datadir={directory}",
        "--auth-root-authentication-method=socket",
        f"--auth-root-socket-user={user}",
        "--skip-test-db",
        *_run_as(),
        *_SMALL,
    ]


def server_command(programs: Programs, settings: Settings, tenant: str) -> list[str]:
    """The command that runs a tenant's server in the foreground, on 127.0.0.1 only."""
    home = settings.mariadb_dir(tenant)
    return [
        programs.mariadbd,
        "--no-defaults",
        f"--datadir={home / 'data'}",
        "--bind-address=127.0.0.1",
        f"--port={settings.mariadb_port(tenant)}",
        # Relative to the data directory: an absolute path may be too long for a socket (108 bytes).
        "--socket=server.sock",
        f"--pid-file={home / 'server.pid'}",
        f"--init-file={home / 'accounts.sql'}",
        "--skip-name-resolve",
        *_run_as(),
        *_SMALL,
    ]


def prepare(settings: Settings, tenant: str) -> None:
    """Give a tenant a data directory, and its accounts new passwords that the server takes at its start."""
    home = settings.mariadb_dir(tenant)
    home.mkdir(parents=True, exist_ok=True)
    copy_template(template_dir(settings), data_dir(settings, tenant))
    passwords = {account: secrets.token_urlsafe(24) for account in ("exporter", "load")}
    write_atomically(home / "accounts.sql", _accounts_sql(passwords), mode=0o600)
    for account, password in passwords.items():
        text = (
            f"[client]\nuser={account}\npassword={password}\n"
            f"host=127.0.0.1\nport={settings.mariadb_port(tenant)}\n"
        )
        write_atomically(client_file(settings, tenant, account), text, mode=0o600)


def copy_template(template: Path, directory: Path) -> None:
    """Copy a data directory, unless it is there; a copy that was cut off does not count as there."""
    if directory.exists():
        return
    unfinished = directory.with_name(directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(template, unfinished)
    unfinished.rename(directory)


def connect(defaults_file: Path) -> pymysql.Connection[pymysql.cursors.Cursor]:
    """Connect with an option file.

    Raises:
        pymysql.err.OperationalError: the server is not there, or refuses.
    """
    # Without TLS: on 127.0.0.1 it only costs, 50 ms a connection.
    return pymysql.connect(
        read_default_file=str(defaults_file), connect_timeout=_CONNECT_TIMEOUT_S, ssl_disabled=True
    )


def _accounts_sql(passwords: dict[str, str]) -> str:
    """One statement a line, as an init file wants it; an account of the last start is replaced."""
    return (
        f"CREATE OR REPLACE USER 'exporter'@'127.0.0.1' IDENTIFIED BY '{passwords['exporter']}'"
        " WITH MAX_USER_CONNECTIONS 5;\n"
        f"GRANT {_EXPORTER_GRANTS} ON *.* TO 'exporter'@'127.0.0.1';\n"
        f"CREATE OR REPLACE USER 'load'@'127.0.0.1' IDENTIFIED BY '{passwords['load']}';\n"
    )


def _run_as() -> tuple[str, ...]:
    # mariadbd refuses to run as root unless it is told so; as root no other user can read our directory.
    return ("--user=root",) if os.geteuid() == 0 else ()
