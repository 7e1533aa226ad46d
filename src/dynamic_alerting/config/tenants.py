"""The block ``tenants``: thresholds, states and packs of each tenant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.nodes import Mapping, Node, Scalar
from dynamic_alerting.config.pack_names import read_pack_names
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.states import FILTER_NAME
from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.config.thresholds import LAST_VALUE_STAYS, ThresholdReader
from dynamic_alerting.config.value_nodes import ValueReader, ValueRefused
from dynamic_alerting.config.what_stays import say_what_stays
from dynamic_alerting.model.configuration import Origin, StateEntry, Tenant
from dynamic_alerting.model.states import PlainState, parse_state
from dynamic_alerting.model.values import USE_DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.config.deadlines import Deadlines
    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.vocabulary import Vocabulary

STATE_PREFIX: Final = "_state_"
PACKS_KEY: Final = "_packs"
# RFC 1123, as Kubernetes asks of a namespace.
TENANT_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)


def is_tenant_name(text: str) -> bool:
    """Whether a text can name a tenant: a DNS label of at most 63 characters."""
    return TENANT_NAME.fullmatch(text) is not None


class TenantReader:
    """Reads the tenants of one file.

    Args:
        vocabulary: what the packs declare.
        report: where everything wrong goes.
        deadlines: where values that end by themselves are noted.
        packs_used: takes the first key of each pack.

    Attributes:
        bare: the tenants that have nothing behind their name, not even {}.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        report: FileReport,
        deadlines: Deadlines,
        packs_used: dict[str, Scalar],
    ) -> None:
        self._vocabulary = vocabulary
        self._report = report
        self._deadlines = deadlines
        self._packs_used = packs_used
        self.bare: list[str] = []
        self._refuses_names = False

    def read(self, node: Mapping, previous: Iterable[Tenant]) -> tuple[Tenant, ...]:
        """Read the block ``tenants``; a tenant that cannot be read keeps what it last was.

        Args:
            node: the block.
            previous: the tenants of the same file when it was last read.
        """
        last = {tenant.name: tenant for tenant in previous}
        found = len(self._report.findings)
        tenants = []
        for name, (key, body) in node.pairs.items():
            tenant = last.get(name) if name in node.repeated else self._tenant(key, body, last.get(name))
            if tenant is not None:
                tenants.append(tenant)
        if self._refuses_names:
            gone = [tenant for name, tenant in last.items() if name not in node.pairs]
            say_what_stays(self._report, found, "DA030", [tenant.name for tenant in gone])
            tenants += gone
        return tuple(tenants)

    def _tenant(self, key: Scalar, body: Node, last: Tenant | None) -> Tenant | None:
        if not is_tenant_name(key.text):
            self._refuses_names = True
            self._refuse_name(key)
            return None
        settings = body
        if isinstance(body, Scalar) and body.is_null:
            settings = Mapping(body.start)
        if not isinstance(settings, Mapping):
            kept = "It keeps what it last had." if last else "It is not loaded."
            self._report.on(
                "DA034",
                body,
                f"The tenant {key.text!r} is {described(body)}; it is a mapping of keys and values. {kept}",
                f'Write its keys indented below "{key.text}:", such as mysql_connections: "80".',
            )
            return last
        tenant = self._settings(key, settings, last)
        if not (tenant.entries or tenant.states or tenant.packs) and (settings is not body or settings.pairs):
            self.bare.append(key.text)
        return tenant

    def _settings(self, key: Scalar, settings: Mapping, last: Tenant | None) -> Tenant:
        reader = ThresholdReader(
            self._vocabulary,
            self._report,
            last.entries if last else (),
            "The default applies.",
            self._packs_used,
        )
        entries = reader.read(settings)
        self._deadlines.note(reader.values.expiring)
        states: tuple[StateEntry, ...] = ()
        packs: frozenset[str] | None = None
        packs_origin: Origin | None = None
        if reader.reserved:
            found = len(self._report.findings)
            states, packs = self._reserved(reader.reserved, settings, last)
            if PACKS_KEY in settings.pairs:
                packs_origin = self._origin(settings.pairs[PACKS_KEY][0])
            if last is not None and any(one.id == "DA041" for one in self._report.findings[found:]):
                gone = [one for one in last.states if f"{STATE_PREFIX}{one.filter}" not in settings.pairs]
                names = [f"{STATE_PREFIX}{one.filter}" for one in gone]
                states = (*states, *gone)
                if last.packs is not None and PACKS_KEY not in settings.pairs:
                    packs, packs_origin = last.packs, last.packs_origin
                    names.append(PACKS_KEY)
                say_what_stays(self._report, found, "DA041", names)
        return Tenant(key.text, entries, states, packs, self._origin(key), packs_origin)

    def _origin(self, key: Scalar) -> Origin:
        return Origin(self._report.file, key.start.line + 1, key.start.column + 1)

    def _reserved(
        self, reserved: Iterable[str], settings: Mapping, last: Tenant | None
    ) -> tuple[tuple[StateEntry, ...], frozenset[str] | None]:
        """Read the keys that start with an underscore."""
        states = []
        packs: frozenset[str] | None = None
        last_states = {state.filter: state for state in last.states} if last else {}
        for text in reserved:
            key, node = settings.pairs[text]
            is_repeated = text in settings.repeated
            if text == PACKS_KEY:
                packs = self._packs(node, last.packs if last else None, is_repeated=is_repeated)
            elif text.startswith(STATE_PREFIX) and FILTER_NAME.fullmatch(text, len(STATE_PREFIX)):
                state = self._state(key, node, last_states, is_repeated=is_repeated)
                states.extend([] if state is None else [state])
            else:
                self._report.on(
                    "DA041",
                    key,
                    f"{shortened(text)!r} is not a key: the language has no such name with an underscore "
                    "at its start.",
                    f"{did_you_mean(text, (PACKS_KEY, '_state_maintenance'))}"
                    "Known are _packs and _state_<filter>.",
                )
        return tuple(states), packs

    def _state(
        self, key: Scalar, node: Node, last: dict[str, StateEntry], *, is_repeated: bool
    ) -> StateEntry | None:
        name = key.text.removeprefix(STATE_PREFIX)
        found = len(self._report.findings)
        reader: ValueReader[PlainState] = ValueReader(parse_state, "DA061", USE_DEFAULT, self._report)
        kept = last.get(name)
        try:
            value = None if is_repeated else reader.read(node, kept.value if kept else None)
        except ValueRefused:
            value = None
        if value is None:
            consequence = LAST_VALUE_STAYS if kept else "The default_state of the filter applies."
            self._report.append_consequence(found, consequence)
            return kept
        self._deadlines.note(reader.expiring)
        return StateEntry(name, value, self._origin(key))

    def _packs(self, node: Node, last: frozenset[str] | None, *, is_repeated: bool) -> frozenset[str] | None:
        """The packs whose defaults a tenant takes; None for all of them, or what it last was if refused."""
        if is_repeated:
            return last
        if isinstance(node, Scalar) and node.is_null:
            return None
        found = len(self._report.findings)
        packs = read_pack_names(PACKS_KEY, node, self._vocabulary.catalogue.packs, self._report)
        if packs is None:
            everything = "The defaults of all packs that the platform runs are served to the tenant."
            consequence = everything if last is None else LAST_VALUE_STAYS
            self._report.append_consequence(found, consequence)
            return last
        return packs

    def _refuse_name(self, key: Scalar) -> None:
        near = re.sub(r"[^a-z0-9-]+", "-", key.text.lower()).strip("-")[:63].strip("-")
        self._report.on(
            "DA030",
            key,
            f"{shortened(key.text)!r} cannot name a tenant; it is not loaded.",
            f"{f'Write {near}. ' if near else ''}"
            "A tenant's name has lower-case letters, digits and -, at most 63, and no - at either end.",
            text=key.text,
        )
