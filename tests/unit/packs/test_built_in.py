"""What packs say by themselves, below all files."""

from collections.abc import Callable

from dynamic_alerting.model.built_in import built_in
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import StateFilter
from dynamic_alerting.model.values import Custom
from dynamic_alerting.packs.bundled import load_catalogue
from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.pack import Pack

Load = Callable[[str], Pack]


def _defaults(pack: Pack) -> dict[str, object]:
    return {entry.key.text: entry.value for entry in built_in(catalogue_of([pack])).defaults}


def test_defaults_hold_every_form_of_default(load_text: Load, good_text: str) -> None:
    text = good_text.replace("default: 1000", 'default: "9:critical"')
    (value,) = _defaults(load_text(text)).values()
    assert isinstance(value, Custom)
    assert (value.number, value.severity) == (9, "critical")
    both = good_text.replace("default: 1000", "default: 1000\n  default_critical: 2000")
    assert _defaults(load_text(both)) == {
        "web_connections": Custom(1000),
        "web_connections_critical": Custom(2000),
    }


def test_a_pack_may_have_defaults_for_some_label_values(load_text: Load, good_text: str) -> None:
    text = good_text.replace("default: 1000", "default: 1000\n  dimensional_defaults: {'{site=\"a''b\"}': 5}")
    text = text.replace("    aggregate: max", "    aggregate: max\n    dimensions: [site]")
    assert _defaults(load_text(text))['web_connections{site="a\'b"}'] == Custom(5)


def test_a_default_says_of_which_pack_it_is(load_text: Load, good_text: str) -> None:
    (entry,) = built_in(catalogue_of([load_text(good_text)])).defaults
    assert entry.origin.place == "pack web"


def test_maintenance_is_off_until_a_tenant_turns_it_on(load_text: Load, good_text: str) -> None:
    (maintenance,) = built_in(catalogue_of([load_text(good_text)])).filters
    assert (maintenance.name, maintenance.reasons, maintenance.enabled_by_default) == (
        "maintenance",
        (),
        False,
    )


def test_what_is_built_in_survives_the_catalogue_file() -> None:
    shipped = load_catalogue()
    assert built_in(Catalogue.from_json(shipped.to_json())) == built_in(shipped)
    assert all(isinstance(one, StateFilter) for one in built_in(shipped).filters)
    assert len(built_in(shipped).defaults) > 200
    assert len(built_in(shipped).filters) == 4
