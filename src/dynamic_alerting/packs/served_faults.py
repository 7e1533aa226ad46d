"""What a pack has the exporter serve by itself, its defaults and state filters: whether it can be served."""

from collections.abc import Iterator

from dynamic_alerting.model.catalogue import NO_CATALOGUE
from dynamic_alerting.model.errors import KeySyntaxError, ValueSyntaxError
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.model.values import Custom, parse_plain
from dynamic_alerting.packs.pack import Pack, Threshold
from dynamic_alerting.packs.yaml_source import Path

ServedFault = tuple[Path, str, str]


def served_faults(pack: Pack) -> Iterator[ServedFault]:
    """Find what would be the same series twice, and state filters of which the rules make nothing.

    Each fault is its place, what is wrong, and what to write instead.
    """
    for index, threshold in enumerate(pack.thresholds):
        yield from _same_dimension(("thresholds", index), threshold)
    used = {alert.state_filter for alert in pack.alerts}
    for index, state in enumerate(pack.state_filters):
        if state.name not in used:
            advice = (
                f"add an alert with `state_filter: {state.name}` and a `signal`, or remove it here; "
                "for rules that are no pack's, declare it in the platform's _defaults.yaml"
            )
            message = f"no alert has the state filter `{state.name}`"
            yield ("state_filters", index, "name"), message, advice
        for place, reason in enumerate(state.reasons):
            if reason in state.reasons[:place]:
                path: Path = ("state_filters", index, "reasons", place)
                yield path, f"reason `{reason}` is listed twice", "list it once"


def value_fault(path: Path, text: str) -> ServedFault | None:
    """Return what is wrong with a default that looks like a value, such as a number that cannot be kept."""
    try:
        plain = parse_plain(text)
    except ValueSyntaxError as error:
        return path, error.message, error.advice
    if path[-1] == "default_critical" and isinstance(plain, Custom) and plain.severity is not None:
        return path, f"`{text}` names a severity, but this is the critical tier", "write the number alone"
    return None


def _same_dimension(path: Path, threshold: Threshold) -> Iterator[ServedFault]:
    """Find two spellings of the same matchers."""
    seen: dict[object, str] = {}
    for braces in threshold.dimensional_defaults:
        try:
            matchers = parse_key(f"{threshold.key}{braces}", NO_CATALOGUE).matchers
        except KeySyntaxError:
            continue  # what is wrong with it is said elsewhere
        first = seen.setdefault(frozenset(matchers), braces)
        if first != braces:
            message = f"`{braces}` is the same as `{first}`"
            yield (*path, "dimensional_defaults", braces), message, "keep one of the two"
