"""A section as text, Markdown and HTML, against the files in golden/; numbers as words; plots."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.fitting import Power
from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.pages.html import as_html
from bench.pages.markdown import as_markdown
from bench.pages.plots import lines, stacked_bars, svg
from bench.pages.text import as_text

GOLDEN = Path(__file__).parent / "golden"

LINES = lines(
    "curve", "How it grows", {"ours": [(2, 1), (100, 20)], "theirs": [(2, 1), (100, 90)]}, x="n", y="s"
)
SECTION = Section(
    "A <section>",
    [
        Paragraph("Prose with `code`, and **what matters**; [brackets] stay."),
        Table(
            ["tenants", "program", "CPU"], [["2", "`ours`", "1 ms"], ["1,000", "`theirs`", "20 s"]], words=2
        ),
        LINES,
        Paragraph("The end."),
    ],
)


@pytest.mark.parametrize(
    ("file", "rendered"),
    [
        ("section.txt", as_text([SECTION])),
        ("section.md", as_markdown(SECTION, lambda name: f"plots/{name}.svg") + "\n"),
        ("section.html", as_html("A title", [SECTION], draw=lambda plot: f"<svg>{plot.name}</svg>")),
    ],
)
def test_a_section_is_rendered_as_in_the_golden_file(file: str, rendered: str) -> None:
    assert rendered == (GOLDEN / file).read_text()


@pytest.mark.parametrize(
    "plot", [LINES, stacked_bars("bars", "Parts", [{"one": 1, "two": 2}, {"one": 2, "two": 1}], x="n", y="s")]
)
def test_a_plot_is_an_svg_without_script_or_date_and_always_the_same(plot: object) -> None:
    drawn = svg(plot)  # type: ignore[arg-type]
    assert drawn == svg(plot)  # type: ignore[arg-type]
    assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in drawn
    assert "20" + "26" not in drawn


def test_a_row_that_is_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="not as long as the headings"):
        Table(["a", "b"], [["1"]])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.seconds(0.0000042), "4.2 µs"),
        (words.seconds(0.00123), "1.23 ms"),
        (words.seconds(0.9996), "1,000 ms"),
        (words.seconds(1), "1 s"),
        (words.seconds(30.04), "30 s"),
        (words.seconds(-0.5), "-500 ms"),
        (words.seconds(0), "0 µs"),
        (words.size(512), "0.5 KiB"),
        (words.size(3 * 2**20), "3 MiB"),
        (words.size(1234.4 * 2**20), "1,234 MiB"),
        (words.times(7.249), "7.25 times"),
        (words.digits(0.00123), "0.0012"),
        (words.digits(12345), "12,345"),
        (words.digits(99.96), "100"),
        (words.exponent(Power(1.0, 0.01, 1)), "1.000 ± 0.127"),
        (words.minutes(7), "about 10 seconds"),
        (words.minutes(44), "about 40 seconds"),
        (words.minutes(200), "about 3 minutes"),
        (words.listed([2]), "2"),
        (words.listed([2, 100, 1000]), "2, 100 and 1,000"),
    ],
)
def test_numbers_are_said_as_people_read_them(said: str, expected: str) -> None:
    assert said == expected
