"""Why a tenant has this threshold, or none: the resolver's own answer, with everything that it looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from dynamic_alerting.config.key_suggestions import KeySuggestions
from dynamic_alerting.config.loaded import Loaded
from dynamic_alerting.config.series_limit import DEFAULT_SERIES_LIMIT
from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.config.wording import listed
from dynamic_alerting.exporter.series_limit import Resolved, resolve_within
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Entry, Tenant
from dynamic_alerting.model.discovery import open_keys
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.keys import ThresholdKey, parse_key
from dynamic_alerting.model.moments import Moment
from dynamic_alerting.model.resolution import Expansions, Labels, Resolver, Threshold
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.tenants.explanation import Explanation, KeyExplanation, Target
from dynamic_alerting.tenants.state_reasons import explain_states
from dynamic_alerting.tenants.statements import statements
from dynamic_alerting.tenants.tiers import Search

STATE_PREFIX = "_state_"
PACKS_KEY = "_packs"


class UnknownTenantError(LookupError):
    """No loaded file defines the tenant.

    Attributes:
        advice: the tenant that was probably meant, or nothing.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no tenant {name!r}")
        self.advice = did_you_mean(name, known).strip()


class Explainer:
    """Explains the tenants of one load.

    Args:
        loaded: what the files say.
        catalogue: the keys that the rule packs declare.
        series_limit: the most threshold series of one tenant that are served; 0 for no limit.
    """

    def __init__(
        self, loaded: Loaded, catalogue: Catalogue, *, series_limit: int = DEFAULT_SERIES_LIMIT
    ) -> None:
        self._limit = series_limit
        self._configuration = loaded.configuration
        self._catalogue = catalogue
        self._resolver = Resolver(loaded.configuration, catalogue)
        self._tenants = {tenant.name: tenant for tenant in loaded.configuration.tenants}

    def explain(self, name: str, at: datetime, key: str | None = None) -> Explanation:
        """Explain one key of a tenant, or all of them.

        Args:
            name: the tenant.
            at: an aware instant.
            key: as it is written in files: a name explains all tiers and dimensions, a critical key that
                tier only, a dimensional key what holds for a series with these labels.

        Raises:
            UnknownTenantError: there is no such tenant.
            KeySyntaxError: the key is none, or names a label that its signal does not have.
        """
        tenant = self._tenants.get(name)
        if tenant is None:
            raise UnknownTenantError(name, self._tenants)
        key = None if key is None else key.strip()
        if key is not None and key.startswith("_") and key != PACKS_KEY and not key.startswith(STATE_PREFIX):
            raise KeySyntaxError(
                "there is no such key", offset=0, advice="known are _packs and _state_<filter>"
            )
        asked = None if key is None or key.startswith("_") else self._parse(key)
        names = self._names(tenant) if key is None else [asked.name] if asked else []
        resolved = self._resolve(tenant, at, asked)
        resolution = resolved.resolution
        filters = self._configuration.state_filters if asked is None and key != PACKS_KEY else ()
        only = key.removeprefix(STATE_PREFIX) if key and key.startswith(STATE_PREFIX) else None
        return Explanation(
            tenant=name,
            origin=tenant.origin,
            at=at,
            packs=self._configuration.packs_of(tenant),
            packs_origin=tenant.packs_origin,
            keys=tuple(self._key(tenant, one, at, resolved, asked) for one in names),
            states=explain_states(
                tenant,
                filters,
                resolution.states,
                Moment(at),
                catalogue=self._catalogue,
                packs=self._configuration.packs_of(tenant),
                only=only,
            ),
            next_change=resolution.next_change,
            findings=(),
            notes=tuple(self._notes(tenant, names)),
        )

    def _notes(self, tenant: Tenant, names: Iterable[str]) -> Iterator[str]:
        """Say which of some keys are expanded to label values that no file holds."""
        alone = replace(self._configuration, tenants=(tenant,))
        expanded = [name for name in open_keys(alone, self._catalogue) if name in set(names)]
        if expanded:
            yield (
                f"Keys of {listed(expanded)} are also for label values that only Prometheus knows. What they "
                f"stand for now, the exporter tells: /api/v1/config?tenant={tenant.name}."
            )

    def _parse(self, text: str) -> ThresholdKey:
        key = parse_key(text, self._catalogue)
        spec = self._catalogue.specs.get(key.name)
        for matcher in key.matchers:
            if spec is not None and matcher.label not in spec.dimensions:
                raise KeySyntaxError(
                    f"the signal of {key.name} has no label {matcher.label!r}",
                    offset=text.index("{"),
                    advice=f"its labels are {listed(spec.dimensions)}" if spec.dimensions else "leave it out",
                )
        return key

    def _resolve(self, tenant: Tenant, at: datetime, asked: ThresholdKey | None) -> Resolved:
        """Resolve; a label set that is asked for exists, as far as the answer is concerned."""
        present: Expansions = {}
        if asked is not None and asked.exact and not asked.patterns:
            present = {(tenant.name, asked.name): (asked.exact,)}
        return resolve_within(self._resolver, tenant, at, present, self._limit)

    def _names(self, tenant: Tenant) -> list[str]:
        """Every key name about which anything is written, declared ones in their packs' order."""
        configuration = self._configuration
        entries = (*tenant.written, *configuration.defaults, *configuration.pack_defaults)
        written = {entry.key.name for entry in entries}
        declared = [name for name in self._catalogue.specs if name in written]
        return declared + sorted(written - self._catalogue.specs.keys())

    def _key(
        self,
        tenant: Tenant,
        name: str,
        at: datetime,
        resolved: Resolved,
        asked: ThresholdKey | None,
    ) -> KeyExplanation:
        spec = self._catalogue.specs.get(name)
        component, metric = self._catalogue.component_metric(name)
        layers = [[entry for entry in layer.entries if entry.key.name == name] for layer in tenant.layers]
        own = [entry for layer in layers for entry in layer]
        defaults = [entry for entry in self._configuration.defaults if entry.key.name == name]
        packs = [entry for entry in self._configuration.pack_defaults if entry.key.name == name]
        taken_packs = self._configuration.packs_of(tenant)
        taken = spec is None or taken_packs is None or spec.pack in taken_packs
        kept = _by_place(resolved.thresholds, component, metric)
        every = _by_place(resolved.resolution.thresholds, component, metric)
        search = Search(
            ladder=self._resolver.ladder(tenant, name, at),
            served=kept,
            statements=statements(layers, defaults, packs, Moment(at), defaults_taken=taken),
            nobody=self._why_nobody(name),
            dropped={place: one for place, one in every.items() if place not in kept},
            beyond=f"the tenant has {len(resolved.resolution.thresholds)} threshold series, and "
            f"{self._limit} are served (--limit.series-per-tenant)",
        )
        return KeyExplanation(
            name, component, metric, spec, tuple(_targets(search, (*own, *defaults, *packs), asked))
        )

    def _why_nobody(self, name: str) -> str:
        why = "The tenant does not set it, and there is no default for it"
        if name in self._catalogue.specs:
            return f"{why}."
        meant = KeySuggestions(self._catalogue.specs).nearest(name)
        suggestion = f'Did you mean "{meant}"?' if meant else ""
        return f"{why}; no rule pack declares {name!r}. {suggestion}".strip()


def _by_place(
    thresholds: Iterable[Threshold], component: str, metric: str
) -> dict[tuple[Severity, Labels, Labels], Threshold]:
    return {
        (one.severity, one.dimensions, one.patterns): one
        for one in thresholds
        if (one.component, one.metric) == (component, metric)
    }


def _targets(search: Search, entries: Iterable[Entry], asked: ThresholdKey | None) -> Iterable[Target]:
    if asked is not None and asked.matchers:
        yield _of_tier(_target(search, asked), asked)
        return
    written = {entry.key.selector: entry.key for entry in entries}
    written.pop("", None)
    yield _of_tier(search.target(), asked)
    for key in written.values():
        yield _of_tier(_target(search, key), asked)


def _target(search: Search, key: ThresholdKey) -> Target:
    if key.patterns:
        return search.target(key.exact, key.patterns, key.selector)
    return search.target(key.exact)


def _of_tier(target: Target, asked: ThresholdKey | None) -> Target:
    """Keep the critical tier alone where a critical key is asked for."""
    if asked is None or not asked.is_critical:
        return target
    tiers = tuple(tier for tier in target.tiers if tier.severity is Severity.CRITICAL)
    return Target(target.labels, target.patterns, tiers)
