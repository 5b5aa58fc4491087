"""What the README shows is what the product takes."""

import re
from pathlib import Path

import pytest

import eeipu_kfp
from eeipu_kfp.cli.main import eeipu
from eeipu_kfp.core.suggestion import Suggestion
from eeipu_kfp.experiment.documents import parse_document
from eeipu_kfp.search.designers import DESIGNERS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language):
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def test_the_experiment_is_a_sound_document():
    (text,) = blocks("yaml")

    document = parse_document(text)

    assert [p.name for p in document.spec.parameters] == [
        "learning_rate",
        "layers",
        "optimizer",
        "augment",
    ]


def test_ask_and_tell_work_as_shown():
    names = {}

    exec(blocks("python")[1], names)

    assert isinstance(names["suggestion"], Suggestion)
    assert names["tuner"].trials[0].objective == 0.9


def test_public_names_are_those_that_are_shown():
    imported = re.findall(r"from eeipu_kfp import (.*)", README)
    shown = {name for names in imported for name in names.split(", ")}

    assert shown <= set(eeipu_kfp.__all__)


@pytest.mark.parametrize("name", sorted(eeipu.commands))
def test_every_command_is_in_the_table(name):
    assert f"| `eeipu {name} " in README


def test_every_designer_is_in_the_table():
    assert all(f"| `{name}` |" in README for name in DESIGNERS)


def test_every_file_that_is_linked_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
