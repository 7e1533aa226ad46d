"""The caret stands under the offending text."""

import pytest

from dynamic_alerting.config.excerpts import excerpt, split_lines


def _marked(text: str, column: int, width: int) -> str:
    """What stands above the carets."""
    shown, carets = excerpt(text, 7, column, width).split("\n")
    first = carets.index("^")
    return shown[first : first + carets.count("^")]


@pytest.mark.parametrize(("column", "width", "marked"), [(1, 3, "abc"), (5, 3, "def"), (5, 99, "def")])
def test_the_caret_marks_the_text(column: int, width: int, marked: str) -> None:
    assert _marked("abc def", column, width) == marked


def test_a_caret_is_drawn_even_for_nothing() -> None:
    assert excerpt("abc", 7, 4, 0).endswith("|    ^")


def test_tabs_are_kept_so_that_the_caret_stands_right() -> None:
    assert excerpt("\tabc", 7, 2, 3).split("\n")[1].endswith("| \t^^^")


def test_of_a_long_line_the_part_around_the_text_is_shown() -> None:
    text = "x" * 5000 + "HERE" + "y" * 5000
    assert _marked(text, 5001, 4) == "HERE"
    assert len(excerpt(text, 7, 5001, 4).split("\n")[0]) < 140


def test_there_is_no_excerpt_of_an_empty_line() -> None:
    assert excerpt("", 7, 1, 1) == ""


@pytest.mark.parametrize("text", ["a\nb\nc", "a\r\nb\r\nc", "a\rb\rc", "a\r\nb\nc"])
def test_lines_end_where_yaml_ends_them(text: str) -> None:
    assert split_lines(text) == ["a", "b", "c"]


def test_other_separators_do_not_end_a_line() -> None:
    assert split_lines("a\x0bb\x0cc") == ["a\x0bb\x0cc"]
