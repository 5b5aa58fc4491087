from xml.etree import ElementTree as ET

from benchmarks.stage_figure import stage_figure
from tests.unit.benchmarks.test_comparison import TWO, compared
from tests.unit.benchmarks.test_gains import noted, with_times

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg, opacity):
    rects = ET.fromstring(svg).iter(f"{SVG}rect")
    return [r for r in rects if r.get("height") == "18" and r.get("fill-opacity") == opacity]


def test_bars_are_as_long_as_the_seconds_that_ran_and_those_saved():
    found = with_times(
        noted({"prepare": (30.0, 10.0), "train": (50.0, 10.0)}),
        noted({"prepare": (10.0, 40.0), "train": (0.0, 0.0)}, method="eeipu"),
    )

    svg = stage_figure(found)

    widths = {o: [float(bar.get("width")) for bar in bars(svg, o)] for o in (None, "0.25")}
    assert widths[None] == [60.0, 0.0, 0.0, 180.0, 300.0, 0.0]
    assert widths["0.25"] == [240.0, 0.0, 0.0, 60.0, 60.0, 0.0]
    assert ">eeipu<" in svg


def test_without_stage_times_there_is_no_picture():
    assert stage_figure(compared(**TWO)) is None
