"""Charts that PowerPoint draws itself, so that whoever has the deck can edit them."""

from collections.abc import Mapping, Sequence
from typing import Any

from signalread.reporting.palette import SOFT

SERIES = ("1F5A8C", "B4560E", "4B4B4B", "6A3D8A")
FONT, MARKER, POINT = 14, 11, 12_700  # points, points, and English Metric Units in a point


def draw_bars(
    shapes: Any,
    box: Sequence[int],
    *,
    categories: Sequence[str],
    series: Mapping[str, Sequence[int | None]],
    format: str,
) -> None:
    """Draw bars of whole percent into a box of a slide, their labels as ``format`` says."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION

    make: Any = CategoryChartData  # the library leaves it untyped
    data = make(number_format="0")
    data.categories = [never_formula(name) for name in categories]
    for name, values in series.items():
        data.add_series(never_formula(name), values)
    chart = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data).chart
    chart.font.size = FONT * POINT
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = paint(SOFT)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, 100
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, -5
    plot.has_data_labels = True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = format, False
    for i, drawn in enumerate(plot.series):
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = paint(SERIES[i % len(SERIES)])


def draw_points(
    shapes: Any,
    box: Sequence[int],
    *,
    points: Sequence[tuple[str, int, int]],
    axes: tuple[str, str],
    ends: tuple[int, int],
    format: str,
) -> None:
    """Draw points, a name and two shares in whole percent each; axes have a name and an end.

    Each point is a series with its name and bears its number, from 1: names would cover each other.
    """
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE

    make: Any = XyChartData  # the library leaves it untyped
    data = make(number_format="0")
    for name, x, y in points:
        data.add_series(never_formula(name)).add_data_point(x, y)
    chart = shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *box, data).chart
    chart.font.size = FONT * POINT
    chart.has_title = chart.has_legend = False
    for axis, name, end in zip((chart.category_axis, chart.value_axis), axes, ends, strict=True):
        axis.has_title = True
        axis.axis_title.text_frame.text = name
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, end, 25
        axis.has_major_gridlines = False
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = format, False
    for number, drawn in enumerate(chart.plots[0].series, start=1):
        drawn.format.line.fill.background()
        drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, MARKER
        drawn.marker.format.fill.solid()
        drawn.marker.format.fill.fore_color.rgb = paint(SERIES[0])
        label = drawn.points[0].data_label
        label.text_frame.text, label.position = str(number), XL_LABEL_POSITION.RIGHT


def paint(colour: str) -> Any:
    """Return a colour, six hexadecimal digits, as the library takes it."""
    from pptx.dml.color import RGBColor

    read: Any = RGBColor.from_string  # the library leaves it untyped
    return read(colour)


def never_formula(name: str) -> str:
    """Keep a name from becoming a formula or link in the workbook that a chart carries.

    >>> never_formula("=1+1"), never_formula("Kök")
    (' =1+1', 'Kök')
    """
    return f" {name}" if name.startswith(("=", "{=")) or ":" in name else name
