"""Flags and environment variables of the system that came before, taken as ours.

They have one meaning each, so deployments that use them go on. Help, messages and documentation speak of
ours; docs/exporter.md lists the old ones once.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

OLD_FLAGS = {
    "config-dir": "--config-dir",
    "config": "--config-file",
    "listen": "--web.listen-address",
    "reload-interval": "--config.reload-interval",
}
"""An old flag, which may have one dash or two, and ours."""

OLD_ENVIRONMENT = {
    "CONFIG_DIR": "--config-dir",
    "CONFIG_PATH": "--config-file",
    "LISTEN_ADDR": "--web.listen-address",
}
"""An old environment variable, and the flag that it stands for."""

_OLD_FLAG = re.compile(rf"--?({'|'.join(OLD_FLAGS)})(=.*)?", re.DOTALL)
_ONE_DASH = re.compile(r"-[A-Za-z]{2}")
_SOURCES = ("--config-dir", "--config-file")
# Which of two contradicting sources of the same kind of thing wins: what is said closer to the start.
_STRENGTH = (ParameterSource.DEFAULT_MAP, ParameterSource.ENVIRONMENT, ParameterSource.COMMANDLINE)


class OldSpellings(click.Command):
    """A command that takes the old spellings; ours win over them, and a flag over all variables."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        """Read the arguments and the environment.

        Raises:
            click.UsageError: something in them cannot be taken; the sentence names what was typed.
        """
        extra["default_map"] = settings_of(os.environ)
        try:
            return super().make_context(info_name, translated(args), parent, **extra)
        except click.BadParameter as error:
            _name_variable(error)


def translated(arguments: Sequence[str]) -> list[str]:
    """The arguments with our flags in place of old ones, and two dashes before any long flag.

    A source that is given as an empty text is not given: templates write `-config=` where nobody set one.
    """
    return list(_without_empty_sources(_ours(arguments)))


def _without_empty_sources(arguments: Sequence[str]) -> Iterator[str]:
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            yield argument
            yield from rest
        elif argument in _SOURCES:
            value = next(rest, None)
            if value != "":
                yield from (argument,) if value is None else (argument, value)
        elif argument not in {f"{source}=" for source in _SOURCES}:
            yield argument


def _ours(arguments: Sequence[str]) -> list[str]:
    ours: list[str] = []
    for place, argument in enumerate(arguments):
        if argument == "--":
            return [*ours, *arguments[place:]]
        old = _OLD_FLAG.fullmatch(argument)
        if old is not None:
            ours.append(f"{OLD_FLAGS[old[1]]}{old[2] or ''}")
        else:
            ours.append(f"-{argument}" if _ONE_DASH.match(argument) else argument)
    return ours


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What the old variables say, by our parameter.

    CONFIG_PATH was set to a directory as well as to a file, so what is there decides. Beside CONFIG_DIR it
    says nothing: a directory wins over a file, as it does among the standard places.
    """
    directory, path = environment.get("CONFIG_DIR"), environment.get("CONFIG_PATH")
    settings: dict[str, str] = {}
    if directory:
        settings["config_dir"] = directory
    elif path:
        settings["config_dir" if Path(path).is_dir() else "config_file"] = path
    if environment.get("LISTEN_ADDR"):
        settings["address"] = environment["LISTEN_ADDR"]
    return settings


def stronger(context: click.Context, one: str, other: str) -> str | None:
    """Which of two parameters that contradict each other wins: a flag, then our variable, then an old one.

    Args:
        context: where both are given.
        one: a parameter's name.
        other: another's.

    Returns:
        The name of the one that is given more strongly; None where they are given in the same way.
    """
    first, second = (_strength(context, name) for name in (one, other))
    if first == second:
        return None
    return one if first > second else other


def _strength(context: click.Context, name: str) -> int:
    source = context.get_parameter_source(name)
    return _STRENGTH.index(source) if source in _STRENGTH else -1


def _name_variable(error: click.BadParameter) -> NoReturn:
    """Raise an error again; if the value came from an old variable, it says so."""
    name = error.param.name if error.param else None
    if error.ctx and name and error.ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
        variables = [old for old, ours in OLD_ENVIRONMENT.items() if error.param and ours in error.param.opts]
        error.param_hint = f"{' or '.join(variables)} in the environment"
    raise error
