from xml.etree import ElementTree as ET

import pytest

from benchmarks.figures import regret_figure
from tests.unit.benchmarks.test_comparison import TWO, compared


@pytest.mark.parametrize("seeds", [1, 2], ids=["one seed", "two seeds"])
def test_a_picture_has_a_curve_with_a_band_and_a_name_for_every_method(seeds):
    found = compared(ei=TWO["ei"][:seeds], eeipu=TWO["eeipu"][:seeds])

    root = ET.fromstring(regret_figure(found))

    svg = "{http://www.w3.org/2000/svg}"
    texts = [node.text for node in root.iter(f"{svg}text")]
    lines = [n for n in root.iter(f"{svg}path") if n.get("stroke-width")]
    curves = [n for n in lines if "h26" not in n.get("d")]
    bands = [n for n in root.iter(f"{svg}path") if n.get("fill-opacity")]
    assert {"ei", "eeipu"} <= {*texts}
    assert len(curves) == len(bands) == 2


def test_the_default_search_lies_on_top_of_the_others_and_is_bolder():
    found = compared(**{"eeipu@pool": TWO["eeipu"], "ei": TWO["ei"]})

    root = ET.fromstring(regret_figure(found))

    paths = root.iter("{http://www.w3.org/2000/svg}path")
    lines = [n for n in paths if n.get("stroke-width") and "h26" not in n.get("d")]
    widths = [float(line.get("stroke-width")) for line in lines]
    assert widths == sorted(widths)
    assert widths[0] < widths[1]


def test_no_coordinate_is_missing():
    assert "nan" not in regret_figure(compared(**TWO))
