"""The configuration that the exporter's benchmarks load: one file per tenant."""

import random
from collections.abc import Iterator
from pathlib import Path

from bench.sensible import Tiers
from dynamic_alerting.model.catalogue import Catalogue, KeySpec
from dynamic_alerting.packs.bundled import load_catalogue

THRESHOLDS = 50
"""In each file."""

PACKS = ("mariadb", "redis")
"""Those whose keys the tenants set."""

_SCHEDULED = 3
_WINDOWS = (
    "22:00-06:00",
    "Mon-Fri 09:00-18:00 Asia/Taipei",
    "Sat,Sun 00:00-24:00 Europe/Berlin",
    "Sun 01:00-05:00",
)
_QUEUES = ("orders", "mail", "invoices", "exports", "thumbnails", "webhooks")


def write_tenants(directory: Path, count: int) -> None:
    """Fills a directory with ``count`` tenants, the same ones each time; the defaults are the packs'."""
    directory.mkdir(parents=True)
    (directory / "_defaults.yaml").write_text("defaults: {}\n", encoding="ascii")
    catalogue = load_catalogue()
    for number in range(count):
        write_tenant(directory, number, catalogue)


def write_tenant(directory: Path, number: int, catalogue: Catalogue, generation: int = 0) -> None:
    """Writes one tenant's file."""
    path = directory / f"{tenant_name(number)}.yaml"
    new = path.with_suffix(".new")  # which the exporter does not read
    new.write_text(tenant_file(number, catalogue, generation), encoding="ascii")
    new.replace(path)  # as tools, editors and the kubelet do; a file that is written in place is waited for


def tenant_name(number: int) -> str:
    """Names that look like namespaces."""
    return f"db-{number:05}"


def tenant_file(number: int, catalogue: Catalogue, generation: int = 0) -> str:
    """One tenant's file; every tenant and generation has numbers, windows and queues of its own."""
    seed = f"{number} {generation}"
    chance = random.Random(seed)  # noqa: S311 - the same files in every run, and nothing secret
    lines = [f"    {line}\n" for line in _settings(chance, catalogue)]
    return f"tenants:\n  {tenant_name(number)}:\n    _packs: [{', '.join(PACKS)}]\n{''.join(lines)}"


def _settings(chance: random.Random, catalogue: Catalogue) -> Iterator[str]:
    dimensional = list(_dimensional_keys(chance))
    base = list(_base_keys(catalogue))[: THRESHOLDS - len(dimensional)]
    tiers = {spec.key: Tiers(spec, chance) for spec in catalogue.specs.values() if spec.pack in PACKS}
    factors = {name: chance.uniform(0.6, 1.8) for name in tiers}
    scheduled = set(chance.sample(range(len(base)), _SCHEDULED))
    for index, key in enumerate((*base, *dimensional)):
        name = key.partition("{")[0]
        is_critical = name.endswith("_critical")
        name = name.removesuffix("_critical")
        value = tiers[name].scaled(factors[name])[is_critical]
        if index in scheduled:
            window = chance.choice(_WINDOWS)
            other = tiers[name].further(factors[name], is_critical=is_critical)
            override = f'{{window: "{window}", value: "{other}"}}'
            value = f'{{default: "{value}", overrides: [{override}]}}'
        yield f"{key}: {value}" if index < len(base) else f'{key}: "{value}"'


def _dimensional_keys(chance: random.Random) -> Iterator[str]:
    first, second = chance.sample(_QUEUES, 2)
    yield f'redis_queue_length{{queue="{first}"}}'
    yield f'redis_queue_length_critical{{queue="{first}"}}'
    yield f'redis_queue_length{{queue="{second}-{chance.randrange(100)}"}}'
    yield f'redis_queue_length{{queue=~"{second}-.*"}}'
    yield f'redis_keys{{db="db{chance.randrange(16)}"}}'


def _base_keys(catalogue: Catalogue) -> Iterator[str]:
    specs = [spec for spec in catalogue.specs.values() if spec.pack in PACKS]
    yield from (spec.key for spec in specs)
    yield from (f"{spec.key}_critical" for spec in sorted(specs, key=_rather_critical))


def _rather_critical(spec: KeySpec) -> tuple[bool, int]:
    return spec.default_critical is None, len(spec.key)
