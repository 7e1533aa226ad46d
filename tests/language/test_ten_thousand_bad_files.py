"""Ten thousand bad contents in place of a good file: no crash, no emptied tenant, none without a word."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.config.loader import Loaded, Loader
from dynamic_alerting.config.patience import Patience
from dynamic_alerting.model.values import Scheduled

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Configuration

DEFAULTS = """\
defaults:
  mysql_cpu: 80
  mysql_cpu_critical: "95"
  redis_queue_length{queue="junk"}: disable
state_filters:
  crashloop: {reasons: [CrashLoopBackOff], severity: critical}
  maintenance: {reasons: [], severity: info, default_state: disable}
"""
TENANT = """\
# db-a, the shop
tenants:
  db-a:
    _packs: [mariadb, redis]
    mysql_connections: "70"
    mysql_connections_critical: 95
    redis_queue_length{queue="email"}: 1000
    redis_queue_length{queue=~"sys.*"}:
      default: "100"
      overrides:
        - window: "Mon-Fri 09:00-18:00 Asia/Taipei"
          value: "80"
    mysql_cpu: {value: 60, expires: "2126-12-01T06:00:00Z", reason: load test}
    _state_maintenance: disable
"""
GOOD = {"_defaults.yaml": DEFAULTS, "db-a.yaml": TENANT, "db-b.yaml": "tenants: {db-b: {mysql_cpu: 5}}\n"}

WRONG_KEYS = {"DA040", "DA043", "DA049"}
Mutation = Callable[[random.Random, str], str | bytes]
WRONG = (
    *("true", "[]", "{}", "[1, 2]", "~", "'", '"', "|", ">-", "9" * 400, "1e999", "-.inf", ".nan", "0x1F"),
    *(
        "1_000",
        "22:30",
        "70:urgent",
        "{default: }",
        "{value: 5}",
        "!!binary aGk=",
        "&a *a",
        "*none",
        "<<: {}",
    ),
)


def _flipped_bytes(chance: random.Random, text: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _any_bytes(chance: random.Random, text: str) -> bytes:
    data = bytearray(text.encode())
    at = chance.randrange(len(data))
    data[at : at + chance.randrange(30)] = chance.randbytes(chance.randint(1, 30))
    return bytes(data)


def _wrong_value(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.choice([number for number, line in enumerate(lines) if ": " in line])
    head, colon, _ = lines[at].rpartition(": ")
    return "".join([*lines[:at], f"{head}{colon}{chance.choice(WRONG)}\n", *lines[at + 1 :]])


def _line_twice(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return "".join([*lines[:at], lines[at], *lines[at:]])


def _line_elsewhere(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "".join(lines)


def _indented(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    lines[at] = chance.choice([" ", "\t", "    ", ""]) + (lines[at].lstrip() if at % 2 else lines[at])
    return "".join(lines)


def _inserted(what: Callable[[random.Random], str]) -> Mutation:
    def mutate(chance: random.Random, text: str) -> str:
        at = chance.randrange(len(text) + 1)
        return text[:at] + what(chance) + text[at:]

    return mutate


def _another_name(chance: random.Random, text: str) -> str:
    name = chance.choice(["tenants", "db-a", "defaults", "mysql_cpu", "mysql_connections", "state_filters"])
    at = chance.randrange(len(name))
    wrong = name[:at] + chance.choice("abcXYZ019_-. :{") + name[at + 1 :]
    return text.replace(name, wrong, 1)


MUTATIONS: tuple[Mutation, ...] = (
    _flipped_bytes,
    _any_bytes,
    _wrong_value,
    _line_twice,
    _line_elsewhere,
    _indented,
    _another_name,
    _inserted(
        lambda chance: chance.choice(["\t", "\ufeff", "\x00", "\u2028", "\x85", "\r", "\x1b", "\ud800"])
    ),
    _inserted(lambda chance: "".join(chance.choices("{}[]:,&*!|>%@`'\"#?-~=\\ \n<", k=chance.randint(1, 5)))),
    _inserted(lambda chance: chance.choice("[{") * chance.randint(1, 200)),
    _inserted(lambda _: "\n---\n"),
    lambda chance, text: text[chance.randrange(len(text)) :],
    lambda chance, text: text[: (at := chance.randrange(len(text)))] + text[at + chance.randint(1, 80) :],
    lambda chance, _: chance.randbytes(chance.randint(0, 300)),
    lambda chance, _: (
        "\ufeff" * chance.randint(0, 2) + "# " * chance.randint(0, 9) + "\n" * chance.randint(0, 9)
    ),
)


def contents(count: int) -> Iterator[tuple[str, bytes]]:
    """Files' names and bad contents for them: cut off at every place, then mutations, always the same."""
    chance = random.Random(10_000)
    for name in ("db-a.yaml", "_defaults.yaml"):
        text = GOOD[name]
        for at in range(len(text)):
            yield name, text[:at].encode()
            count -= 1
    for number in range(count):
        name = "_defaults.yaml" if number % 4 == 3 else "db-a.yaml"
        content = MUTATIONS[number % len(MUTATIONS)](chance, GOOD[name])
        yield name, content if isinstance(content, bytes) else content.encode(errors="surrogatepass")


class Checked:
    """A directory with the good files, in which one at a time is replaced by a bad one."""

    def __init__(self, directory: Path, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._path, self._alone = directory / "conf.d", directory / "alone"
        for path in (self._path, self._alone):
            path.mkdir()
            for name, text in GOOD.items():
                (path / name).write_text(text)
        self._loader = Loader(self._path, catalogue, patience=Patience())
        self._good = self._loader.load()
        assert self._good.findings == ()

    def check(self, name: str, content: bytes) -> None:
        """Loads a bad content as the exporter does that is told to take it now, and the good one again."""
        after = self._loaded(name, content)
        (self._alone / name).write_bytes(content)
        fresh = Loader(self._alone, self._catalogue).load()
        (self._alone / name).write_text(GOOD[name])
        self._is_not_emptied(after, fresh)
        self._is_not_silent(after, fresh)
        assert self._loaded(name, GOOD[name].encode()).configuration == self._good.configuration

    def _loaded(self, name: str, content: bytes) -> Loaded:
        (self._path / name).write_bytes(content)
        return self._loader.load(reread=True)

    def _is_not_emptied(self, after: Loaded, fresh: Loaded) -> None:
        """What was there is there, or has validly become something else; every tenant has something."""
        is_wrong = any(finding.id in WRONG_KEYS for finding in after.findings)
        for tenant in self._good.configuration.tenants:
            now = _entries(after.configuration, tenant.name)
            assert _has_something(after.configuration, tenant.name), f"{tenant.name} is emptied"
            assert _kept(_entries(self._good.configuration, tenant.name), now, is_wrong=is_wrong)
            if not all(status.accepted for status in after.files):
                continue
            for key, value in _entries(fresh.configuration, tenant.name).items():
                # Of a schedule with a bad part, this part stays what it was.
                has_bad_part = isinstance(value, Scheduled) and any(
                    status.rejected_keys for status in fresh.files
                )
                assert now.get(key) == value or has_bad_part, f"{key} of the new content is not taken"
        defaults = _defaults(after.configuration)
        assert defaults, "the defaults are emptied"
        assert after.configuration.state_filters, "the state filters are emptied"
        assert _kept(_defaults(self._good.configuration), defaults, is_wrong=is_wrong)

    def _is_not_silent(self, after: Loaded, fresh: Loaded) -> None:
        """Something is said, or the content is valid and is what is served."""
        if not after.findings:
            assert fresh.findings == ()
            assert after.configuration == fresh.configuration


def _kept(old: dict[str, Any], now: dict[str, Any], *, is_wrong: bool) -> bool:
    """Beside a key that cannot be used nothing goes; else a key that is gone was deleted."""
    return not is_wrong or old.keys() <= now.keys()


def _has_something(configuration: Configuration, name: str) -> bool:
    tenants = [one for one in configuration.tenants if one.name == name]
    return any(one.entries or one.states or one.packs for one in tenants)


def _entries(configuration: Configuration, name: str) -> dict[str, Any]:
    for tenant in configuration.tenants:
        if tenant.name == name:
            return {entry.key.text: entry.value for entry in tenant.entries}
    return {}


def _defaults(configuration: Configuration) -> dict[str, Any]:
    return {entry.key.text: entry.value for entry in configuration.defaults}


def _check(directory: Path, catalogue: Catalogue, count: int) -> None:
    checked = Checked(directory, catalogue)
    for number, (name, content) in enumerate(contents(count)):
        try:
            checked.check(name, content)
        except Exception as error:
            raise AssertionError(f"{number}: {name}: {content!r}") from error


def test_two_thousand_bad_files_empty_no_tenant_and_none_is_silent(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    _check(tmp_path, catalogue, 2_000)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_ten_thousand_bad_files_empty_no_tenant_and_none_is_silent(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    _check(tmp_path, catalogue, 10_000)
