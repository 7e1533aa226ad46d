"""Results that are kept, and the page that is made of them."""

import json

import pytest

from bench.command import tables
from bench.pages.page import RESULTS, page_files
from bench.parts import PARTS
from bench.results import as_json, from_plain, saved


def test_the_page_and_its_plots_are_exactly_what_the_kept_results_give() -> None:
    files = page_files([one.section() for one in saved(RESULTS)], tables())
    stale = [path.name for path, text in files.items() if not path.exists() or path.read_text() != text]
    assert stale == [], 'stale: run make benchmark ARGS="--render --page"'
    assert {path for path in files if path.suffix == ".svg"} == set(RESULTS.glob("*.svg"))


def test_only_results_of_parts_are_kept() -> None:
    assert {path.stem for path in RESULTS.glob("*.json")} <= {part.name for part in PARTS}


@pytest.mark.parametrize("name", [path.stem for path in sorted(RESULTS.glob("*.json"))])
def test_a_result_is_read_as_it_was_written(name: str) -> None:
    text = (RESULTS / f"{name}.json").read_text()
    assert from_plain(json.loads(text)).plain() == json.loads(text)


def test_results_are_printed_as_one_object() -> None:
    kept = saved(RESULTS)
    printed = json.loads(as_json(kept))
    assert [one["part"] for one in printed["parts"]] == [one.part.name for one in kept]
    assert all(one["machine"] and one["command"] for one in printed["parts"])
