"""What packs declare."""

from dataclasses import replace

import pytest

from dynamic_alerting.model.catalogue import Catalogue


def test_a_declared_key_takes_component_and_metric_from_its_pack(catalogue: Catalogue) -> None:
    assert catalogue.component_metric("es_heap_percent") == ("elasticsearch", "heap_percent")


def test_any_other_key_is_split_at_its_first_underscore(catalogue: Catalogue) -> None:
    assert catalogue.component_metric("kafka_consumer_lag") == ("kafka", "consumer_lag")


@pytest.mark.parametrize("name", ["kafka", "kafka_", "_lag", ""])
def test_a_name_without_component_or_metric_is_refused(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(ValueError, match="no component and metric"):
        catalogue.component_metric(name)


def test_json_gives_the_same_catalogue_back(catalogue: Catalogue) -> None:
    read = Catalogue.from_json(catalogue.to_json())
    assert (read.specs, read.packs) == (catalogue.specs, catalogue.packs)
    assert "platform" in read.packs
    assert read.to_json() == catalogue.to_json()


def test_two_keys_cannot_be_served_as_the_same_series(catalogue: Catalogue) -> None:
    spec = catalogue.specs["mysql_cpu"]
    with pytest.raises(ValueError, match="mysql_cpu and mysql_processor are both served as"):
        Catalogue.of([spec, replace(spec, key="mysql_processor")])


def test_a_key_cannot_be_another_keys_critical_tier(catalogue: Catalogue) -> None:
    spec = catalogue.specs["mysql_cpu"]
    with pytest.raises(ValueError, match="mysql_cpu_critical hides the critical tier"):
        Catalogue.of([spec, replace(spec, key="mysql_cpu_critical", metric="cpu_critical")])
