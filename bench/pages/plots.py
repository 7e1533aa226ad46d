"""Plots: lines and stacked bars as Vega-Lite describes them, and drawing them as SVG.

Vega-Lite is data, not code; vl-convert draws it without a browser, alike wherever it runs: with a font that
it brings along, without a date, without a script.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert

from bench.pages.blocks import Plot

_VERSION = "6.4"
_WIDTH, _HEIGHT = 560, 300
# The first is within vl-convert, which measures texts with it; the others are for readers who do not have it.
_FONT = "Liberation Sans, Arial, sans-serif"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
"""Told apart by colour-blind people too: Okabe and Ito, 2008."""

Points = Sequence[tuple[float, float]]


def lines(
    name: str, caption: str, series: Mapping[str, Points], *, x: str, y: str, dashed: Sequence[str] = ()
) -> Plot:
    """Points and the lines between them on logarithmic axes, where a power law is straight.

    Args:
        name: of the file.
        caption: what is seen.
        series: points by name, in the order of the legend.
        x: what grows, with its unit.
        y: what follows, with its unit.
        dashed: the series that are not this project's.
    """
    rows: list[dict[str, Any]] = [
        {"series": one, "x": size, "y": value, "peer": one in dashed}
        for one, points in series.items()
        for size, value in points
    ]
    sizes = sorted({row["x"] for row in rows})
    encoding = {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"type": "log"},
            "axis": {"values": sizes, "format": ",.0f"},
            "title": x,
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"type": "log"},
            "axis": {"format": ",~g"},
            "title": y,
        },
        "color": _colour("series", list(series)),
        "strokeDash": {
            "field": "peer",
            "scale": {"domain": [False, True], "range": [[1, 0], [5, 4]]},
            "legend": None,
        },
    }
    return Plot(name, caption, {"data": {"values": rows}, "mark": _line(), "encoding": encoding})


def stacked_bars(name: str, caption: str, bars: Sequence[Mapping[str, float]], *, x: str, y: str) -> Plot:
    """One bar for each mapping, of the mapping's parts on top of each other, in the mapping's order."""
    parts = list(bars[0])
    rows = [
        {"bar": number, "part": part, "y": value, "order": parts.index(part)}
        for number, bar in enumerate(bars, 1)
        for part, value in bar.items()
    ]
    encoding = {
        "x": {"field": "bar", "type": "ordinal", "axis": {"labelAngle": 0, "labelOverlap": True}, "title": x},
        "y": {"field": "y", "type": "quantitative", "title": y},
        "color": _colour("part", parts),
        "order": {"field": "order", "type": "quantitative"},
    }
    return Plot(name, caption, {"data": {"values": rows}, "mark": "bar", "encoding": encoding})


def svg(plot: Plot) -> str:
    """Draw a plot."""
    spec = {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{_VERSION.partition('.')[0]}.json",
        "width": _WIDTH,
        "height": _HEIGHT,
        "description": plot.caption,
        "config": {"font": _FONT, "legend": {"labelLimit": 0}},
        **plot.spec,
    }
    return vl_convert.vegalite_to_svg(spec, vl_version=_VERSION) + "\n"


def _line() -> dict[str, Any]:
    return {"type": "line", "point": True}


def _colour(column: str, names: list[str]) -> dict[str, Any]:
    scale = {"domain": names, "range": list(_COLOURS[: len(names)])}
    return {"field": column, "type": "nominal", "scale": scale, "title": None, "legend": {"orient": "bottom"}}
