"""The `threshold-exporter` program: flags, and what is refused before anything is served."""

import logging
import os
import platform
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dynamic_alerting import __version__
from dynamic_alerting.config.series_limit import DEFAULT_SERIES_LIMIT
from dynamic_alerting.exporter.discovery.flags import discovery_flags, discovery_settings
from dynamic_alerting.exporter.durations import Duration
from dynamic_alerting.exporter.given_path import GivenPath
from dynamic_alerting.exporter.listening import AddressError, ListenAddress, bind, parse_address
from dynamic_alerting.exporter.logs import FORMATS, LEVELS, LogFormat, configure_logs, log_event
from dynamic_alerting.exporter.old_spellings import OldSpellings, stronger
from dynamic_alerting.exporter.packs_flag import packs_flag

if TYPE_CHECKING:
    from dynamic_alerting.exporter.web_config.file import WebConfigFile
    from dynamic_alerting.model.catalogue import Catalogue

_PREFIX = "THRESHOLD_EXPORTER"
STANDARD_DIRECTORY = Path("/etc/threshold-exporter/conf.d")
STANDARD_FILE = Path("/etc/threshold-exporter/config.yaml")


class _Address(click.ParamType[Any]):
    """HOST:PORT."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ListenAddress:  # noqa: ANN401 - click's signature
        if isinstance(value, ListenAddress):
            return value
        try:
            return parse_address(str(value))
        except AddressError as error:
            self.fail(str(error), param, ctx)


@click.command(
    cls=OldSpellings, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--config-dir",
    envvar=f"{_PREFIX}_CONFIG_DIR",
    type=GivenPath(),
    help="Directory of configuration files (conf.d).",
)
@click.option(
    "--config-file",
    envvar=f"{_PREFIX}_CONFIG_FILE",
    type=GivenPath(),
    help="One configuration file with every block, in place of a directory.",
)
@click.option(
    "--config.strict",
    "strict",
    is_flag=True,
    envvar=f"{_PREFIX}_CONFIG_STRICT",
    help="At the start, end with status 1 if a file has an error, instead of serving the good ones.",
)
@click.option(
    "--config.reload-interval",
    "interval",
    envvar=f"{_PREFIX}_CONFIG_RELOAD_INTERVAL",
    type=Duration("100ms", "60m"),
    default="1s",
    show_default=True,
    help="How often to look whether a file changed. Notifications and SIGHUP make it sooner.",
)
@click.option(
    "--config.emptied-retention",
    "emptied_retention",
    envvar=f"{_PREFIX}_CONFIG_EMPTIED_RETENTION",
    type=Duration("0s", "24h"),
    default="5m",
    show_default=True,
    help="How long what is gone from a file that was emptied stays in force. 0 to let it go at once.",
)
@packs_flag
@discovery_flags
@click.option(
    "--limit.series-per-tenant",
    "series_limit",
    envvar=f"{_PREFIX}_LIMIT_SERIES_PER_TENANT",
    type=click.IntRange(min=0),
    default=DEFAULT_SERIES_LIMIT,
    show_default=True,
    help="Most threshold series of one tenant; what is beyond is reported and not served. 0 for no limit.",
)
@click.option(
    "--web.listen-address",
    "address",
    envvar=f"{_PREFIX}_WEB_LISTEN_ADDRESS",
    type=_Address(),
    default="127.0.0.1:8080",
    show_default=True,
    help="Where to listen. An empty host is every interface, port 0 any free port.",
)
@click.option(
    "--web.config.file",
    "web_config_file",
    envvar=f"{_PREFIX}_WEB_CONFIG_FILE",
    type=GivenPath(),
    help="TLS, basic authentication and headers, in the Prometheus exporter-toolkit's format.",
)
@click.option(
    "--web.enable-lifecycle",
    "lifecycle",
    is_flag=True,
    envvar=f"{_PREFIX}_WEB_ENABLE_LIFECYCLE",
    help="Let POST /-/reload load everything again.",
)
@click.option(
    "--log.format",
    "log_format",
    envvar=f"{_PREFIX}_LOG_FORMAT",
    type=click.Choice(FORMATS),
    default="logfmt",
    show_default=True,
    help="Form of the log lines on stderr.",
)
@click.option(
    "--log.level",
    "log_level",
    envvar=f"{_PREFIX}_LOG_LEVEL",
    type=click.Choice(LEVELS),
    default="info",
    show_default=True,
    help="Least severe log line that is written.",
)
@click.version_option(
    __version__,
    prog_name="threshold-exporter",
    message=f"%(prog)s %(version)s (Python {platform.python_version()})",
)
def main(
    *,
    config_dir: Path | None,
    config_file: Path | None,
    strict: bool,
    interval: float,
    packs_dirs: tuple[Path, ...],
    emptied_retention: float,
    series_limit: int,
    address: ListenAddress,
    web_config_file: Path | None,
    lifecycle: bool,
    log_format: LogFormat,
    log_level: str,
    **discovery: Any,  # noqa: ANN401 - whatever discovery_flags adds
) -> None:
    """Serves tenants' thresholds to Prometheus.

    Reads YAML files, follows their changes and schedules, and serves user_threshold and user_state_filter at
    /metrics.

    Example: threshold-exporter --config-dir conf.d --web.listen-address 127.0.0.1:8080
    """
    started = time.time()
    source = _source(config_dir, config_file, must_exist=strict)
    asking = discovery_settings(**discovery)
    configure_logs(log_format, log_level)
    # Until the server handles it, a SIGHUP must not end the process; the first load is about to happen.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    catalogue = _catalogue(packs_dirs)
    web_config = _web_config(web_config_file)
    try:
        listener = bind(address)
    except AddressError as error:
        _refuse(str(error))
    log_event(logging.INFO, "starting", version=__version__, source=str(source), pid=os.getpid())
    if packs_dirs:
        log_event(logging.INFO, "packs of one's own", directories=", ".join(map(str, packs_dirs)))
    # Imported here, so that --help, --version and refusals need not wait for a web server.
    from dynamic_alerting.exporter.startup import start  # noqa: PLC0415

    status = start(
        source,
        catalogue,
        listener,
        strict=strict,
        interval=interval,
        started=started,
        web_config=web_config,
        lifecycle=lifecycle,
        asking=asking,
        series_limit=series_limit,
        must_be_directory=config_dir is not None,
        emptied_retention=emptied_retention,
    )
    logging.shutdown()
    # Without the interpreter's own farewell, which frees the objects of 10,000 tenants one by one: seconds.
    os._exit(status)


def _source(directory: Path | None, file: Path | None, *, must_exist: bool) -> Path:
    """The one configuration source, checked as far as its kind.

    What is not there yet may come, with a volume that is mounted late or a side-car that fetches it; what is
    of the wrong kind never becomes right.
    """
    if directory is not None and file is not None:
        winner = stronger(click.get_current_context(), "config_dir", "config_file")
        if winner is None:
            raise click.UsageError("Give either --config-dir or --config-file, not both.")
        directory, file = (directory, None) if winner == "config_dir" else (None, file)
    if directory is None and file is None:
        directory, file = _standard_place()
    if directory is not None:
        return _checked_directory(directory, must_exist=must_exist)
    if file is not None:
        return _checked_file(file, must_exist=must_exist)
    places = f"Neither {STANDARD_DIRECTORY} nor {STANDARD_FILE} is there."
    raise click.UsageError(f"Give --config-dir DIR or --config-file FILE. {places}")


def _standard_place() -> tuple[Path | None, Path | None]:
    """Where the configuration is if nobody says where."""
    if STANDARD_DIRECTORY.is_dir():
        return STANDARD_DIRECTORY, None
    return None, STANDARD_FILE if STANDARD_FILE.is_file() else None


def _checked_directory(directory: Path, *, must_exist: bool) -> Path:
    if not os.path.exists(directory) and not must_exist:  # noqa: PTH110 - Path's raises in a closed directory
        return directory
    if not directory.is_dir():
        other = "is not a directory; give a file with --config-file"
        _refuse(f"The configuration directory {directory} {_or_missing(directory, other)}.")
    if not os.access(directory, os.R_OK | os.X_OK):
        _refuse(f"The configuration directory {directory} cannot be read: permission denied.")
    return directory


def _checked_file(file: Path, *, must_exist: bool) -> Path:
    if not os.path.exists(file) and not must_exist:  # noqa: PTH110 - as above
        return file
    if not file.is_file():
        other = "is not a file; give a directory with --config-dir"
        _refuse(f"The configuration file {file} {_or_missing(file, other)}.")
    if not os.access(file, os.R_OK):
        _refuse(f"The configuration file {file} cannot be read: permission denied.")
    return file


def _catalogue(directories: tuple[Path, ...]) -> "Catalogue":
    """What the packs in force declare."""
    from dynamic_alerting.packs.in_force import catalogue_in_force  # noqa: PLC0415 - costs time
    from dynamic_alerting.packs.problems import PackError  # noqa: PLC0415 - the same

    try:
        return catalogue_in_force(directories)
    except PackError as error:
        _refuse(f"the packs of --packs.dir cannot be used, {len(error.problems)} problem(s):\n{error}")


def _web_config(path: Path | None) -> "WebConfigFile | None":
    if path is None:
        return None
    from dynamic_alerting.exporter.web_config.errors import WebConfigError  # noqa: PLC0415 - costs time
    from dynamic_alerting.exporter.web_config.file import WebConfigFile  # noqa: PLC0415 - the same

    try:
        return WebConfigFile(path)
    except WebConfigError as error:
        _refuse(str(error))


def _or_missing(path: Path, otherwise: str) -> str:
    return otherwise if path.exists() else "does not exist"


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"threshold-exporter: {sentence}", err=True)
    sys.exit(2)
