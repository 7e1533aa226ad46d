"""da-tools inhibition: what it prints and what it exits with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.local_server import LocalServer

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from tests.unit.cli.conftest import Shell

KUBE_PROMETHEUS = """\
route: {receiver: "null"}
receivers: [{name: "null"}]
inhibit_rules:
- equal: [namespace, alertname]
  source_matchers: [severity = critical]
  target_matchers: [severity =~ warning|info]
"""


class LoadedConfiguration(LocalServer):
    """What an Alertmanager 0.25 answers about its configuration, with another text in it."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.send(request, json.dumps(self.answer))


def status(configuration: str) -> dict[str, Any]:
    return {
        "cluster": {"peers": [], "status": "disabled"},
        "config": {"original": configuration},
        "uptime": "2026-11-30T18:00:00.000Z",
        "versionInfo": {"version": "0.25.0"},
    }


def test_what_render_prints_is_a_part_of_a_configuration_and_passes_the_check(shell: Shell) -> None:
    text = shell("inhibition", "render").out
    assert list(yaml.safe_load(text)) == ["inhibit_rules"]
    assert yaml.safe_load(text) == shell("inhibition", "render", "--output", "json").json
    (shell.root / "part.yml").write_text(text)
    done = shell("inhibition", "check", "part.yml")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("fine: ")


def test_environments_of_one_prometheus_are_told_apart(shell: Shell) -> None:
    option = ("--environment-label", "env")
    (shell.root / "part.yml").write_text(shell("inhibition", "render", *option).out)
    assert all(
        "env" in rule["equal"]
        for rule in yaml.safe_load((shell.root / "part.yml").read_text())["inhibit_rules"]
    )
    assert shell("inhibition", "check", "part.yml", *option).code == 0
    (shell.root / "part.yml").write_text(shell("inhibition", "render").out)
    done = shell("inhibition", "check", "part.yml", env={"DA_ENVIRONMENT_LABEL": "env"})
    assert done.code == 1
    assert 'env="value-2", severity="critical", tenant="tenant-1"}\n    silences {' in done.out
    assert "Add the rules that `da-tools inhibition render --environment-label env` prints." in done.out
    told = shell("inhibition", "render", "--environment-label", "env=prod")
    assert (told.code, "'env=prod' is no label's name; write NAME, such as environment" in told.err) == (
        2,
        True,
    )


def test_a_rule_that_crosses_tenants_is_told_with_place_pair_and_what_to_write(shell: Shell) -> None:
    (shell.root / "am.yml").write_text(KUBE_PROMETHEUS)
    done = shell("inhibition", "check", "am.yml")
    assert done.code == 1
    assert "am.yml:4: rule 1 silences alerts of other tenants; alerts about another dimension\n" in done.out
    assert "    4 | - equal: [namespace, alertname]\n" in done.out
    assert 'severity="critical", tenant="tenant-2"}\n    silences {' in done.out
    assert (
        'Write instead:\n    - source_matchers:\n      - severity="critical"\n      - tenant=""\n' in done.out
    )
    assert "am.yml:3: no harmless rule holds back the lower tiers of " in done.out
    assert "Add the rules that `da-tools inhibition render` prints." in done.out


def test_the_same_for_programs(shell: Shell) -> None:
    (shell.root / "am.yml").write_text(KUBE_PROMETHEUS)
    done = shell("inhibition", "check", "am.yml", "--output", "json")
    silences, twice = done.json["findings"]
    assert (done.code, done.json["good"], silences["rule"], silences["line"]) == (1, False, 1, 4)
    assert [harm["harm"] for harm in silences["harms"]] == ["other-tenant", "other-dimension"]
    assert silences["harms"][0]["source"]["tenant"] != silences["harms"][0]["target"]["tenant"]
    assert silences["instead"]["target_matchers"] == ['severity=~"warning|info"', 'tenant=""']
    assert twice["instead"] == shell("inhibition", "render", "--output", "json").json["inhibit_rules"]


def test_following_the_advice_is_enough(shell: Shell) -> None:
    (shell.root / "am.yml").write_text(KUBE_PROMETHEUS)
    told = shell("inhibition", "check", "am.yml", "--output", "json").json["findings"]
    rules = [told[0]["instead"], *told[1]["instead"]]
    (shell.root / "am.yml").write_text(yaml.safe_dump({"route": {"receiver": "x"}, "inhibit_rules": rules}))
    assert shell("inhibition", "check", "am.yml").code == 0


def test_a_running_alertmanager_is_asked(shell: Shell) -> None:
    server = LoadedConfiguration(status(KUBE_PROMETHEUS))
    try:
        done = shell("inhibition", "check", "--alertmanager", server.url)
        assert done.code == 1
        assert f"{server.url}, loaded configuration:4: rule 1 silences" in done.out
        assert shell("inhibition", "check", env={"ALERTMANAGER_URL": server.url}).out == done.out
        (shell.root / "part.yml").write_text(shell("inhibition", "render").out)
        assert shell("inhibition", "check", "part.yml", env={"ALERTMANAGER_URL": server.url}).code == 0
    finally:
        server.close()


@pytest.mark.parametrize("answer", [{}, [], status("groups: []"), status("")])
def test_what_is_no_alertmanager_is_exit_2(shell: Shell, answer: object) -> None:
    server = LoadedConfiguration(answer)
    try:
        done = shell("inhibition", "check", "--alertmanager", server.url)
        assert (done.code, done.out) == (2, "")
    finally:
        server.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name the FILE of the configuration, or a running Alertmanager: --alertmanager URL"),
        (("nosuch.yml",), "nosuch.yml cannot be read: No such file or directory"),
        (("conf.d",), "conf.d cannot be read: Is a directory"),
        (("latin1.yml",), "latin1.yml is not UTF-8 text"),
        (("bad.yml",), "bad.yml:2: rule 1 has a field equals, which is not known here"),
        (("--alertmanager", "http://127.0.0.1:1"), "Is Alertmanager running there?"),
        (("--alertmanager", "nonsense"), "names no host"),
        (("http://127.0.0.1:9093",), "for a running Alertmanager give --alertmanager URL"),
        (("bad.yml", "--external-label", "cluster"), "write NAME=VALUE"),
        (("bad.yml", "--packs.dir", "conf.d"), "no <pack>/pack.yaml under conf.d"),
    ],
)
def test_what_cannot_be_done_is_exit_2(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    (shell.root / "latin1.yml").write_bytes(b"a: \xe9")
    (shell.root / "bad.yml").write_text("inhibit_rules:\n- equals: [a]\n")
    done = shell("inhibition", "check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize("arguments", [("inhibition",), ("inhibition", "render"), ("inhibition", "check")])
def test_help_has_an_example(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert f"Example: da-tools {' '.join(arguments)}" in shell(*arguments, "--help").out
