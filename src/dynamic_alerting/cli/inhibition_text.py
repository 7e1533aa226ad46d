"""What was found about an Alertmanager's inhibition, as text and as JSON."""

from collections.abc import Sequence
from typing import Any

import yaml

from dynamic_alerting.config.excerpts import split_lines
from dynamic_alerting.routing.check import Checked, HarmfulRule
from dynamic_alerting.routing.trial import Harm, Pair

_WIDEST = 100  # characters of a line that is shown
_DOES = {
    Harm.OTHER_TENANT: "alerts of other tenants",
    Harm.PLATFORM: "alerts without a tenant, or tenants' alerts because of one",
    Harm.OTHER_DIMENSION: "alerts about another dimension",
    Harm.MORE_SEVERE: "a more severe tier",
    Harm.OTHER_ALERT: "alerts of another name, whatever they are about",
}


def as_text(checked: Checked, place: str, text: str) -> str:
    """Every finding with the line it is about, the alerts that show it and what to write instead."""
    lines = split_lines(text)
    found = [_harmful(each, place, lines, _render(checked)) for each in checked.harmful]
    if checked.untold:
        found.append(_untold(checked, place))
    return "\n\n".join([*found, _summary(checked)]) + "\n"


def as_json(checked: Checked, place: str, ours: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The same for programs."""
    findings: list[dict[str, Any]] = [
        {
            "kind": "silences-others",
            "rule": each.rule.number,
            "line": each.rule.line,
            "harms": [{"harm": harm.value, **_pair(pair)} for harm, pair in each.harms.items()],
            "instead": each.instead.written() if each.instead is not None else None,
        }
        for each in checked.harmful
    ]
    if checked.untold:
        findings.append(
            {
                "kind": "tiers-told-twice",
                "line": checked.line,
                "alerts": [pair.target.kind.name for pair in checked.untold],
                **_pair(checked.untold[0]),
                "instead": list(ours),
            }
        )
    return {"good": checked.is_good, "configuration": place, "alerts": checked.kinds, "findings": findings}


def _render(checked: Checked) -> str:
    """Name the command that prints the rules to add."""
    label = checked.environment_label
    return "`da-tools inhibition render" + ("`" if label is None else f" --environment-label {label}`")


def _harmful(found: HarmfulRule, place: str, lines: Sequence[str], render: str) -> str:
    rule = found.rule
    does = "; ".join(_DOES[harm] for harm in found.harms)
    head = f"{place}:{rule.line}: rule {rule.number} silences {does}"
    shown = lines[rule.line - 1].rstrip()[:_WIDEST] if rule.line <= len(lines) else ""
    told = [line for pair in found.harms.values() for line in _silences(pair)]
    return "\n".join([head, f"{rule.line:>5} | {shown}", *told, *_instead(found, render)])


def _silences(pair: Pair) -> tuple[str, str]:
    source = str(pair.source) if pair.source is not None else "any alert that the source matches"
    return f"  {source}", f"    silences {pair.target}"


def _instead(found: HarmfulRule, render: str) -> list[str]:
    if found.instead is None:
        return [f"  Delete it: the alerts of the packs are held back by what {render} prints."]
    written = yaml.safe_dump([found.instead.written()], sort_keys=False, allow_unicode=True, width=_WIDEST)
    ours = f"  With it, tenants' tiers are held back by what {render} prints."
    about_others = any(str(matcher) == 'tenant=""' for matcher in found.instead.target)
    return [
        "  Write instead:",
        *(f"    {line}" for line in written.splitlines()),
        *([ours] if about_others else []),
    ]


def _untold(checked: Checked, place: str) -> str:
    pair = checked.untold[0]
    names = [each.target.kind.name for each in checked.untold]
    few = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004
    return "\n".join(
        [
            f"{place}:{checked.line}: no harmless rule holds back the lower tiers of {few}: told twice",
            f"  {pair.source}",
            f"    does not silence {pair.target}",
            f"  Add the rules that {_render(checked)} prints.",
        ]
    )


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "source": dict(pair.source.labels) if pair.source is not None else None,
        "target": dict(pair.target.labels),
    }


def _summary(checked: Checked) -> str:
    if checked.is_good:
        return f"fine: each of {checked.kinds} alerts holds back its own lower tiers and nothing else"
    rules = len(checked.harmful)
    harmful = (
        f"{rules} rule{'' if rules == 1 else 's'} silence{'s' if rules == 1 else ''} what should be heard"
    )
    twice = f"{len(checked.untold)} of {checked.kinds} alerts are told once for every tier"
    return "; ".join([part for part, found in ((harmful, rules), (twice, checked.untold)) if found])
