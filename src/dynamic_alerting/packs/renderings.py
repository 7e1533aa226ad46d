"""A pack's rules in the forms that rule engines take: plain files, Kubernetes objects, a ruler namespace."""

from collections.abc import Callable
from typing import Any

from dynamic_alerting.packs.environment import Environment, confined
from dynamic_alerting.packs.exporter_selector import narrowed
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.rules import rule_file
from dynamic_alerting.packs.settings import DASHBOARD_BASE_URL, KUBERNETES_NAMESPACE, RUNBOOK_BASE_URL
from dynamic_alerting.packs.yaml_text import dump

Document = dict[str, Any]
LABELS = {"app.kubernetes.io/part-of": "dynamic-alerting", "app.kubernetes.io/component": "rule-pack"}


def rendered(
    pack: Pack,
    form: str,
    *,
    runbook_base_url: str = RUNBOOK_BASE_URL,
    dashboard_base_url: str = DASHBOARD_BASE_URL,
    namespace: str = KUBERNETES_NAMESPACE,
    exporter_selector: str | None = None,
    environment: Environment | None = None,
) -> tuple[str, str]:
    """Return the name of the file that a form of a pack belongs into, and its text.

    Args:
        pack: The pack.
        form: One of `FORMS`.
        runbook_base_url: Where docs/runbooks is published; every `runbook_url` begins with it.
        dashboard_base_url: Where Grafana is; every `dashboard_url` begins with it.
        namespace: The Kubernetes namespace of objects.
        exporter_selector: Label matchers of one's own threshold-exporters, where others are scraped, too.
        environment: Where the rules belong, where one Prometheus has several; it is a part of every name.

    Raises:
        UnusableEnvironmentError: The pack's rules use the environment's label for something else.
    """
    addresses = {
        "runbook_url": (RUNBOOK_BASE_URL, runbook_base_url.rstrip("/")),
        "dashboard_url": (DASHBOARD_BASE_URL, dashboard_base_url.rstrip("/")),
    }
    document = _with_addresses(rule_file(pack), addresses)
    name = pack.pack
    if environment is not None:
        name = f"{environment.name}-{name}"
        confined(document, environment)
    if exporter_selector is not None:
        for rule in _rules(document):
            rule["expr"] = narrowed(rule["expr"], exporter_selector)
    file_name, write = _FORMS[form]
    return file_name.format(name=name), dump(write(name, namespace, document))


def _with_addresses(document: Document, addresses: dict[str, tuple[str, str]]) -> Document:
    for annotations in (rule["annotations"] for rule in _rules(document) if "alert" in rule):
        for name, (placeholder, own) in addresses.items():
            annotations[name] = own + annotations[name].removeprefix(placeholder)
    return document


def _rules(document: Document) -> list[Document]:
    return [rule for group in document["groups"] for rule in group["rules"]]


def _plain(_name: str, _namespace: str, document: Document) -> Document:
    """Write a rule file: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/."""
    return document


def _config_map(name: str, namespace: str, document: Document) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(name, namespace),
        "data": {f"{name}.yaml": dump(document)},
    }


def _prometheus_rule(name: str, namespace: str, document: Document) -> Document:
    """Write the Prometheus Operator's object: https://prometheus-operator.dev/docs/api-reference/api/."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": _metadata(name, namespace),
        "spec": document,
    }


def _ruler_namespace(name: str, _namespace: str, document: Document) -> Document:
    """Write a namespace of Mimir's ruler: https://grafana.com/docs/mimir/latest/manage/tools/mimirtool/."""
    return {"namespace": name, **document}


def _metadata(name: str, namespace: str) -> Document:
    return {"name": f"prometheus-rules-{name}", "namespace": namespace, "labels": dict(LABELS)}


_FORMS: dict[str, tuple[str, Callable[[str, str, Document], Document]]] = {
    "prometheus": ("{name}.yaml", _plain),
    "configmap": ("configmap-rules-{name}.yaml", _config_map),
    "prometheusrule": ("prometheusrule-{name}.yaml", _prometheus_rule),
    "mimir": ("mimir-{name}.yaml", _ruler_namespace),
}
FORMS = tuple(_FORMS)
