"""The page as people see and use it, in a real browser."""

import re
from dataclasses import replace

import pytest

from eeipu_kfp.core.trial import Failure, TrialState
from eeipu_kfp.report.page import SECTIONS
from eeipu_kfp.ui.source import SnapshotSource
from tests.browser.pages import folder_source, served
from tests.made_experiments import make, note
from tests.unit.ui.examples import FIRST, THIRD, Shelf, snapshot

pytestmark = pytest.mark.chromium

ENTER, TAB = "\ue007", "\ue004"


def rows(screen):
    return [int(number) for number in screen.column("trial")]


def order_of(screen, name):
    script = """
    const heads = [...document.querySelectorAll("#trials thead tr:last-child th")];
    return heads.find((one) => one.innerText.trim() === arguments[0]).getAttribute("aria-sort")
    """
    return screen.run(script, name)


def sort_by(screen, name):
    script = """
    const buttons = [...document.querySelectorAll("#trials thead button")];
    buttons.find((one) => one.innerText.trim() === arguments[0]).focus()
    """
    screen.run(script, name)
    screen.press(ENTER)


def type_filter(screen, text):
    screen.run("document.getElementById('filter').value = ''")
    screen.focus("#filter")
    screen.press(text)


def test_all_experiments_are_seen_with_state_best_budget_and_savings(folder, screen):
    make(folder, "ended", trials=30, stop=("GoalReached", "0.8 is reached"))
    make(folder, "begun", trials=0, running=1)
    with served(folder_source(folder)) as address:
        screen.open(address)
        screen.until(lambda: "Being read" not in screen.text("main"))

        begun, ended = screen.texts(".experiment")

    assert "begun" in begun
    assert "none yet" in begun
    assert "Interrupted" in begun
    assert "Goal reached" in ended
    assert "0.8 is reached" in ended
    assert re.search(r"of 85 s\s+\d+ % of the compute time spent; 30 trials", ended)
    assert re.search(r"\d+ of \d+ stage runs from the cache: \d+ %", ended)
    assert "2 experiments, 0 running" in screen.text("main")


def test_an_empty_folder_says_how_to_begin(folder, screen):
    with served(folder_source(folder)) as address:
        screen.open(address)

        screen.until(lambda: "eeipu run experiment.yaml begins one" in screen.text("main"))


def test_an_empty_namespace_says_how_to_begin_there(screen):
    shelf = Shelf({}, beginning="eeipu apply experiment.yaml")
    with served(SnapshotSource(shelf, monotonic=lambda: 0.0)) as address:
        screen.open(address)

        screen.until(lambda: "eeipu apply experiment.yaml begins one" in screen.text("main"))


def test_an_experiment_is_opened_and_left_by_keyboard(folder, screen):
    make(folder, "small-one", trials=5)
    with served(folder_source(folder)) as address:
        screen.open(address)
        screen.until(lambda: "Interrupted" in screen.text("main"))
        screen.focus("a.skip")
        screen.press(TAB)
        screen.press(TAB)
        assert screen.focused == "small-one"
        screen.press(ENTER)
        screen.until(lambda: "small-one" in screen.text("h1") and rows(screen))

        names = [name for name in SECTIONS if name != "header"]
        assert screen.run("return arguments[0].every((id) => document.getElementById(id))", names)
        assert screen.run("return document.querySelectorAll('#progress svg .dot').length") > 5
        screen.browser.back()
        screen.until(lambda: screen.text("h1") == "Experiments")


def test_it_follows_an_experiment_while_it_runs_and_disturbs_nobody(folder, screen):
    workspace, maker = make(folder, trials=12)
    with served(folder_source(folder)) as address, workspace.locked():
        screen.open(f"{address}?experiment=stacking")
        screen.until(lambda: rows(screen)[:1] == [12])
        assert "Running" in screen.text("h1")
        screen.focus("#filter")
        screen.run("document.querySelector('.trials').scrollLeft = 150")

        note(workspace, maker.next(is_running=True))
        screen.until(lambda: rows(screen)[:1] == [13])

        assert screen.column("state")[0].startswith("Running")
        assert screen.focused == "filter"
        assert screen.run("return document.querySelector('.trials').scrollLeft") == 150
        screen.until(lambda: "1 under way" in screen.text("header"))


def test_trials_are_sorted_by_keyboard_and_say_how(folder, screen):
    make(folder, trials=30, failing=0.3)
    with served(folder_source(folder)) as address:
        screen.open(f"{address}?experiment=stacking")
        screen.until(lambda: rows(screen) == list(range(30, 0, -1)))

        sort_by(screen, "objective")
        screen.until(lambda: order_of(screen, "objective") == "descending")
        found = [float(value) for value in screen.column("objective") if value]
        assert found == sorted(found, reverse=True)
        assert screen.focused == "objective"

        screen.press(ENTER)
        screen.until(lambda: order_of(screen, "objective") == "ascending")
        assert [float(value) for value in screen.column("objective") if value] == found[::-1]
        assert order_of(screen, "trial") is None


def test_trials_are_filtered_as_one_types_and_a_mistake_is_explained(folder, screen):
    make(folder, trials=40, failing=0.4)
    with served(folder_source(folder)) as address:
        screen.open(f"{address}?experiment=stacking")
        screen.until(lambda: len(rows(screen)) == 40)

        type_filter(screen, "state=failed")
        screen.until(lambda: len(rows(screen)) < 40)
        assert {state.split()[0] for state in screen.column("state")} == {"Failed"}
        assert "of 40 in all" in screen.text("#trials")

        screen.expect("400 (Bad Request)")
        type_filter(screen, "stat=failed")
        screen.until(lambda: "did you mean `state`?" in screen.text("#filter-wrong"))
        type_filter(screen, "prepare=cached")
        screen.until(lambda: set(screen.column("prepare")) == {"cached"})
        assert screen.text("#filter-wrong") == ""

        screen.browser.refresh()
        screen.until(lambda: rows(screen))
        assert set(screen.column("prepare")) == {"cached"}


def test_a_failed_trial_says_why_and_stays_open(screen):
    failure = Failure(message="<b>no</b> memory", stage="train", log=("<i>last</i> words",))
    shelf = Shelf({"small": snapshot(FIRST, replace(THIRD, failure=failure))})
    with served(SnapshotSource(shelf, monotonic=lambda: 0.0)) as address:
        screen.open(f"{address}?experiment=small")
        screen.until(lambda: rows(screen) == [3, 1])
        screen.focus("#trials .why")
        screen.press(ENTER)

        told = screen.text("tr.failure")
        shelf.held["small"] = snapshot(FIRST, replace(THIRD, number=2, failure=failure), THIRD)
        screen.until(lambda: rows(screen) == [3, 2, 1])

        assert "stage train: <b>no</b> memory" in told
        assert "<i>last</i> words" in told
        assert screen.run("return !document.getElementById('why-3').hidden")


def test_a_run_leads_to_kubeflow_pipelines(screen):
    shelf = Shelf({"small": snapshot(runs={1: "0123456789ab"})})
    source = SnapshotSource(shelf, monotonic=lambda: 0.0, pipelines_url="https://kfp.example")
    with served(source) as address:
        screen.open(f"{address}?experiment=small")
        screen.until(lambda: rows(screen))

        assert screen.column("run") == ["", "", "", "01234567"]
        href = screen.run("return document.querySelector('#trials tbody a').href")
        assert href == "https://kfp.example/#/runs/details/0123456789ab"


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_follows_the_scheme(folder, screen, width, scheme):
    make(folder, trials=20)
    screen.resize(width, scheme=scheme)
    with served(folder_source(folder)) as address:
        for path in ("", "?experiment=stacking"):
            screen.open(address + path)
            screen.until(lambda: "0.8" in screen.text("main"))

            overhang = "return document.documentElement.scrollWidth - innerWidth"
            assert screen.run(overhang) <= 0
            colour = screen.run("return getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", colour))) > 382) is (scheme == "light")


def test_two_thousand_trials_are_seen_a_page_at_a_time(folder, screen):
    make(folder, trials=2000, budget_seconds=8000)
    with served(folder_source(folder)) as address:
        screen.open(f"{address}?experiment=stacking")
        screen.until(lambda: rows(screen) == list(range(2000, 1950, -1)))
        assert screen.run("return document.querySelectorAll('#trials tr').length") < 110

        screen.run("[...document.querySelectorAll('.pager button')].at(-1).focus()")
        screen.press(ENTER)
        screen.until(lambda: rows(screen) == list(range(50, 0, -1)))
        assert screen.focused == "First"


def test_a_server_that_goes_away_is_told_and_forgiven(screen):
    shelf = Shelf({"small": snapshot(FIRST)})
    source = SnapshotSource(shelf, monotonic=lambda: 0.0)
    with served(source) as address:
        screen.open(address)
        screen.until(lambda: "15 s" in screen.text("main"))
    screen.expect("ERR_CONNECTION_REFUSED")
    screen.until(lambda: "does not answer" in screen.text("#trouble"))
    assert "15 s" in screen.text("main")

    shelf.held["small"] = snapshot()
    with served(source, port=int(re.search(r":(\d+)/", address)[1])):
        screen.until(lambda: "35 s" in screen.text("main"))

        assert screen.text("#trouble") == ""
        assert screen.text("#pulse") == "live"


def test_trials_that_run_are_told_from_those_that_have_ended(screen):
    shelf = Shelf({"small": snapshot()})
    with served(SnapshotSource(shelf, monotonic=lambda: 0.0)) as address:
        screen.open(f"{address}?experiment=small")
        screen.until(lambda: rows(screen))

        assert screen.column("state")[0] == TrialState.RUNNING
        assert screen.column("prepare") == ["cached", "12 s", "cached", "10 s"]
        assert screen.column("train") == ["", "failed after 2.0 s", "6.0 s", "5.0 s"]
