"""What the generated reference page says."""

from collections.abc import Callable

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.pages import reference_page

Load = Callable[[str], Pack]

COMMENTED = """expr: |-
      # those of clients
      web_connections
      # and nobody else
      > 0"""


def test_an_expression_stands_on_one_line_without_its_comments(good_text: str, load_text: Load) -> None:
    page = reference_page(load_text(good_text.replace("expr: web_connections", COMMENTED)))
    assert "| `web_connections > 0` |" in page
    assert "of clients" not in page
