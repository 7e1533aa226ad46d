"""Rules of one environment: its label in every selector, on every series and alert, and in every name."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from dynamic_alerting.cli.rule_packs import command
from dynamic_alerting.packs.all_dimensions import dimensions_of
from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.environment import (
    Environment,
    UnusableEnvironmentError,
    confined,
    environment_of,
    within,
)
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.rules import rule_file

PROD = Environment("env", "prod")
NAMES = {
    "prometheus": "",
    "configmap": "configmap-rules-",
    "prometheusrule": "prometheusrule-",
    "mimir": "mimir-",
}


def render(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["render", *arguments])


@pytest.mark.parametrize(
    ("expr", "written"),
    [
        ("up", 'up{env="prod"}'),
        ("up{}", 'up{env="prod"}'),
        ('up { job="a", }', 'up {env="prod", job="a", }'),
        ('{__name__=~"up|down"}', '{env="prod",__name__=~"up|down"}'),
        ("rate(a:b[5m] offset 1h)", 'rate(a:b{env="prod"}[5m] offset 1h)'),
        ("sum by (up) (up)", 'sum by (up) (up{env="prod"})'),
        ("sum (up) without (up)", 'sum (up{env="prod"}) without (up)'),
        (
            "up * ON (up) group_left (down) down",
            'up{env="prod"} * ON (up) group_left (down) down{env="prod"}',
        ),
        ("max_over_time((up > 0)[1h:1m])", 'max_over_time((up{env="prod"} > 0)[1h:1m])'),
        ('label_replace(up, "up", "up", "", "")', 'label_replace(up{env="prod"}, "up", "up", "", "")'),
        ("# up {}\nup # up\n* 2", '# up {}\nup{env="prod"} # up\n* 2'),
        ("up{a='}',b=`{`} + Up", 'up{env="prod",a=\'}\',b=`{`} + Up{env="prod"}'),
        ('up{a="1" # }\n}', 'up{env="prod",a="1" # }\n}'),
        ("time() - 5 * up", 'time() - 5 * up{env="prod"}'),
        ("vector(1)", "vector(1)"),
        ("rate / sum(rate)", 'rate{env="prod"} / sum(rate{env="prod"})'),
    ],
)
def test_every_selector_gets_the_matcher_and_nothing_else_changes(expr: str, written: str) -> None:
    assert within(expr, PROD) == written


def test_what_cannot_be_changed_is_refused() -> None:
    with pytest.raises(UnusableEnvironmentError, match=r"cannot be put into every selector of `\{a="):
        within('{a="1" or b="2"}', PROD)


@pytest.mark.parametrize("text", ["environment=prod", "env=Prod_EU.1", "stage=1", f"fleet={'a' * 63}"])
def test_an_environment_is_a_label_and_its_value(text: str) -> None:
    environment = environment_of(text)
    assert f"{environment.label}={environment.value}" == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prod", "no label and value"),
        ("=prod", "no label and value"),
        ("a-b=prod", "no label and value"),
        ('environment="prod"', '`"prod"` cannot be a part of the names'),
        ("environment=", "`` cannot be a part of the names"),
        ("environment=prod/eu", "`prod/eu` cannot be a part of the names"),
        ("environment=prod-", "`prod-` cannot be a part of the names"),
        (f"environment={'a' * 64}", "cannot be a part of the names"),
        ("__environment=prod", "the exporters, the rules or Prometheus set the label `__environment`"),
        ("tenant=a", "the exporters, the rules or Prometheus set the label `tenant`"),
        ("job=a", "the exporters, the rules or Prometheus set the label `job`"),
        ("metric_key=a", "the exporters, the rules or Prometheus set the label `metric_key`"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(UnusableEnvironmentError, match=r".") as error:
        environment_of(text)
    assert told in str(error.value)
    assert error.value.advice
    done = render("--environment", text, "mariadb")
    assert done.exit_code == 2
    assert f"--environment {text}: {error.value}; {error.value.advice}" in done.stderr


def test_a_label_that_rules_use_for_something_else_is_refused() -> None:
    done = render("--environment", "cluster=prod", "elasticsearch")
    assert done.exit_code == 2
    assert "uses the label `cluster` itself; give the targets another label" in done.stderr
    for pack in load_packs(rule_packs_directory()):
        dimensions = dimensions_of([pack])
        for label in (*dimensions, *(["level", "dimensions"] if dimensions else [])):  # of what is recorded
            with pytest.raises(UnusableEnvironmentError, match="itself"):
                confined(rule_file(pack), Environment(label, "prod"))


@pytest.mark.parametrize("form", NAMES)
def test_files_objects_and_groups_of_two_environments_have_names_of_their_own(
    form: str, tmp_path: Path
) -> None:
    for value in ("prod", "Stage_2"):
        done = render(
            "mariadb",
            "--format",
            form,
            "--environment",
            f"environment={value}",
            "--output-dir",
            str(tmp_path),
        )
        assert done.exit_code == 0, done.stderr
    names = {f"{NAMES[form]}{each}-mariadb.yaml" for each in ("prod", "stage-2")}
    assert {each.name for each in tmp_path.iterdir()} == names
    document = yaml.safe_load((tmp_path / f"{NAMES[form]}stage-2-mariadb.yaml").read_text())
    if form == "mimir":
        assert document["namespace"] == "stage-2-mariadb"
    elif form != "prometheus":
        assert document["metadata"]["name"] == "prometheus-rules-stage-2-mariadb"
    if form == "configmap":  # a projected volume has one file of a name
        assert set(document["data"]) == {"stage-2-mariadb.yaml"}
    text = (tmp_path / f"{NAMES[form]}stage-2-mariadb.yaml").read_text()
    assert "- name: stage-2-mariadb\n" in text
    assert "- name: stage-2-mariadb-slow\n" in text
    assert "environment: Stage_2\n" in text


def test_the_selector_of_exporters_may_name_the_same_label() -> None:
    own = 'environment="prod",job="te"'
    done = render("mariadb", "--environment", "environment=prod", "--exporter-selector", own)
    assert done.exit_code == 0, done.stderr
    assert f'user_threshold{{{own},environment="prod",component=' in done.stdout


def test_it_may_stand_in_the_environment_of_the_program() -> None:
    arguments = ["render", "mariadb"]
    done = CliRunner().invoke(command, arguments, env={"DA_ENVIRONMENT": "environment=prod"})
    assert done.stdout == render("mariadb", "--environment", "environment=prod").stdout
    assert "DA_ENVIRONMENT" in render("--help").stdout
