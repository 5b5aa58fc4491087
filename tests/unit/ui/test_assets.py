import re

import pytest

from eeipu_kfp.ui.assets import assets

PAGE = assets()[""].body.decode()
SCRIPTS = sorted(name for name in assets() if name.endswith(".js"))


def test_the_page_names_only_files_that_are_served():
    named = re.findall(r'(?:src|href)="(static/[^"]+)"', PAGE)

    assert len(named) == 5
    assert set(named) <= set(assets())


@pytest.mark.parametrize("script", [name for name in SCRIPTS if "marks" not in name])
def test_a_script_imports_only_files_that_are_served(script):
    imported = re.findall(r'from "\./([^"]+)"', assets()[script].body.decode())

    assert {f"static/{name}" for name in imported} <= set(assets())


def test_nothing_of_the_page_comes_from_elsewhere_or_is_inline():
    everything = "".join(found.body.decode() for found in assets().values())

    assert set(re.findall(r"https?://[^\"' )]+", everything)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in everything
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", PAGE)


def test_the_page_carries_the_patterns_of_cached_stages():
    assert 'id="hatch-0"' in PAGE
    assert "<!-- hatches -->" not in PAGE


def test_the_page_has_the_report_s_style_and_script():
    assert "prefers-color-scheme:dark" in assets()["static/report.css"].body.decode()
    assert "function takeUpMarks" in assets()["static/marks.js"].body.decode()


def test_every_file_says_what_it_is():
    types = {found.content_type for found in assets().values()}

    assert types == {"text/html", "text/css", "text/javascript", "image/svg+xml"}
