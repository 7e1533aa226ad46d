"""Rendering many tenants in the processes that have read their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dynamic_alerting.config.crew import Crew, Work
from dynamic_alerting.config.shared_reading import READER
from dynamic_alerting.config.worker import Worker
from dynamic_alerting.exporter.rendering import Lines, render_lines
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.resolution import NO_EXPANSIONS, Resolver

_Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Renderer:
    """In a process that renders for another: what it renders with."""

    resolver: Resolver
    at: datetime
    limit: int


_RENDERERS: list[_Renderer] = []  # the present one, if there is any


def begin(platform: Configuration, at: datetime, limit: int) -> None:
    """Gets ready, in another process, to render what it has read.

    Raises:
        RuntimeError: It has read nothing.
    """
    if READER.vocabulary is None:
        raise RuntimeError("no catalogue to resolve against")
    _RENDERERS[:] = [_Renderer(Resolver(platform, READER.vocabulary.catalogue), at, limit)]


def render_there(batch: Sequence[_Named]) -> list[Lines]:
    """Renders tenants, given by file and name, in the process that keeps them.

    Raises:
        LookupError: begin() was not called, or it keeps no such tenant.
    """
    using = _RENDERERS[0]
    return [
        render_lines(using.resolver, _kept(file, name), using.at, NO_EXPANSIONS, using.limit)
        for file, name in batch
    ]


def _kept(file: str, name: str) -> Tenant:
    for tenant in READER.files[file].tenants:
        if tenant.name == name:
            return tenant
    raise LookupError(f"{file} does not define {name}")


def render_together(
    tenants: Sequence[Tenant], resolver: Resolver, at: datetime, limit: int, crew: Crew
) -> dict[str, Lines]:
    """Renders tenants without expansions: the same as if all of them were rendered here.

    Args:
        tenants: Whom to render.
        resolver: Of the configuration.
        at: The instant.
        limit: The most threshold series of each; 0 for no limit.
        crew: Who has read their files.
    """
    rendered: dict[str, Lines] = {}
    known = {tenant.name: tenant for tenant in tenants}
    held: dict[Worker | None, list[_Named]] = {}
    for tenant in tenants:
        file = tenant.origin.file
        held.setdefault(crew.holders.get(file), []).append((file, tenant.name))

    def here(batch: Sequence[_Named]) -> list[Lines]:
        return [render_lines(resolver, known[name], at, NO_EXPANSIONS, limit) for _, name in batch]

    def take(batch: Sequence[_Named], results: Sequence[Lines], _: Worker | None) -> None:
        rendered.update((name, lines) for (_, name), lines in zip(batch, results, strict=True))

    arguments = (resolver.platform, at, limit)
    crew.share_held(held, Work(begin, arguments, render_there, here, take))
    return rendered
