"""Colours that everybody can tell apart, in light and in dark."""

import re
from itertools import pairwise

import pytest

from eeipu_kfp.report import palette


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=["light", "dark"])
def colours(request):
    light, dark = palette.style_sheet().split("@media")
    sheet = light if request.param == "light" else dark
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", sheet))


@pytest.mark.parametrize("name", ["text", "muted", "accent", "notice", "warning", "good", "bad"])
@pytest.mark.parametrize("ground", ["page", "panel"])
def test_texts_can_be_read(colours, name, ground):
    assert _contrast(colours[name], colours[ground]) >= 4.5


def test_stages_stand_out_from_the_page(colours):
    stages = [colours[f"stage-{n}"] for n in range(palette.STAGES)]

    assert len(set(stages)) == palette.STAGES
    assert min(_contrast(stage, colours["page"]) for stage in stages) > 2.4


def test_better_trials_stand_out_more(colours):
    contrasts = [_contrast(colours[f"level-{n}"], colours["page"]) for n in range(palette.LEVELS)]

    assert all(worse < better for worse, better in pairwise(contrasts))


def test_both_schemes_name_the_same_colours():
    light, dark = palette.style_sheet().split("@media")

    names = [set(re.findall(r"--([\w-]+):#", sheet)) for sheet in (light, dark)]
    assert names[0] == names[1]


def test_classes_begin_again_after_the_last_colour():
    assert palette.stage_class(0) == palette.stage_class(palette.STAGES) == "stage-0"
    assert palette.hatch(palette.STAGES + 1) == "url(#hatch-1)"


def test_the_best_rank_has_the_strongest_shade():
    classes = [palette.level_class(rank, 10) for rank in range(10)]

    assert classes[0] == f"level-{palette.LEVELS - 1}"
    assert classes[-1] == "level-0"
