"""SVG that cannot be broken by what is written into it."""

from xml.etree import ElementTree as ET

from eeipu_kfp.report import svg

HOSTILE = "<script>alert('x')</script> & \"quotes\""


def test_texts_and_attributes_are_escaped():
    made = svg.element("text", HOSTILE, aria_label=HOSTILE, class_="tick")

    read = ET.fromstring(made)
    assert read.text == HOSTILE
    assert read.get("aria-label") == HOSTILE
    assert read.get("class") == "tick"


def test_numbers_are_rounded_to_a_tenth():
    assert svg.element("rect", x=1.26, y=2.0, width=3) == '<rect x="1.3" y="2" width="3"/>'


def test_an_attribute_without_a_value_is_left_out():
    assert svg.element("path", d="M0 0", class_=None) == '<path d="M0 0"/>'


def test_a_drawing_reads_as_one_image():
    read = ET.fromstring(svg.drawing("costs", HOSTILE, 500.0, 90.0))

    assert read.get("role") == "img"
    assert read.get("aria-labelledby") == "costs-title"
    assert read[0].text == HOSTILE


def test_a_cross_can_carry_a_tooltip():
    read = ET.fromstring(svg.cross(5, 5, tip="failed", class_="failed"))

    assert read[0].text == "failed"
    assert read.get("tip") is None


def test_more_characters_fit_into_more_space():
    assert svg.fitting(200) > svg.fitting(100) >= 3
    assert svg.width_of("x" * svg.fitting(100)) <= 100


def test_a_legend_says_what_each_mark_means():
    made = svg.key((svg.cross(9, 6), "failed"), (svg.cross(9, 6), HOSTILE))

    assert made.count("<span") == 2
    assert "<script>" not in made
