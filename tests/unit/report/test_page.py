"""The page as a whole: complete, harmless, and the same for the same input."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.space import Categorical, Space
from eeipu_kfp.core.suggestion import StopReason
from eeipu_kfp.core.trial import Failure, StageOutcome, TrialState
from eeipu_kfp.report.page import SECTIONS, render, sections
from eeipu_kfp.report.summary import summarise

HOSTILE = "<script>alert(1)</script>\"'&</svg>{{ 7*7 }}"
VOID = {"meta", "br", "hr", "img", "input", "link"}
NOW = 1_750_000_000.0


class _Reader(HTMLParser):
    """Reads a page and complains about elements that aren't closed as they should."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.scripts, self.links = [], [], 0, []
        self.words = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.scripts += tag == "script"
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("src", "href", "action", "data") if name in given]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "script" not in self.open and "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def _render(case, **options):
    return render(
        case.experiment, case.pipeline, case.history, generated_at=NOW, **{"stop": None} | options
    )


def _read(page):
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def _figures(page):
    return [ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


def _constant(make):
    case = make()
    trials = (replace(t, objective=t.objective and 0.5) for t in case.history.trials)
    return case.with_trials(*trials)


def _unfinished(make):
    case = make()
    *done, last = case.history.trials
    return case.with_trials(
        *done, replace(last, state=TrialState.RUNNING, objective=None, stages=())
    )


CASES = {
    "usual": lambda make: make(),
    "three at once": lambda make: make(parallel=3),
    "no trial": lambda make: make(trials=0),
    "one trial": lambda make: make(trials=1),
    "all failed": lambda make: make(trials=12, failing=1.0),
    "huge values": lambda make: make(scale=-1e12, direction=Direction.MINIMIZE),
    "constant": _constant,
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def any_case(request, case):
    return request.param(case)


def test_a_page_is_well_formed_whatever_happened(any_case):
    page = _render(any_case)

    reader = _read(page)
    assert len(reader.ids) == len(set(reader.ids))
    assert len(_figures(page)) >= 1
    assert "nan" not in re.sub(r"<style>.*?</script>", "", page.lower(), flags=re.DOTALL).split()


def test_a_branching_pipeline_has_every_stage_on_the_page(branching):
    text = _read(_render(branching)).text

    assert all(name in text for name in branching.pipeline.names)


def test_a_page_needs_nothing_but_itself(usual):
    page = _render(usual)

    assert all(link.startswith("#") for link in _read(page).links)
    assert not re.search(r"@import|localStorage|sessionStorage|fetch\(|XMLHttp|cookie", page)
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page


def test_every_reference_leads_to_something_on_the_page(usual):
    page = _render(usual)

    labels = re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', page)
    patterns = re.findall(r'fill="url\(#([^)]+)\)"', page)
    assert labels
    assert patterns
    assert {*labels, *patterns} <= set(_read(page).ids)


def test_the_headline_tells_what_was_found_and_saved(usual):
    summary = summarise(usual.pipeline, usual.history)
    text = _read(_render(usual, stop=(StopReason.GOAL_REACHED, "0.95 is reached"))).text

    assert "stacking-auroc Goal reached 0.95 is reached" in text
    assert f"{summary.best.objective:.4g}" in text
    assert f"trial {summary.best.number}" in text
    assert (
        f"{summary.stage_hits} of {summary.stage_runs} stage runs came from the cache: "
        f"{summary.saved_seconds:.0f} s of {summary.cost_without_reuse_seconds:.0f} s saved" in text
    )
    assert f"{summary.succeeded} succeeded, {summary.failed} failed" in text


def test_the_best_configuration_can_be_copied_exactly(usual):
    page = _render(usual)

    assert usual.history.best.configuration.canonical in _read(page).text


@pytest.mark.parametrize("reason", StopReason, ids=str)
def test_every_end_has_words(usual, reason):
    assert '<span class="state">Un' not in _render(usual, stop=(reason, "why"))


def test_an_experiment_that_goes_on_says_so(case):
    assert "Running" in _read(_render(_unfinished(case))).text
    assert "Unfinished" in _read(_render(case())).text


def test_hostile_names_and_logs_stay_text(small, trial):
    pipeline = Pipeline(name=HOSTILE, stages=(Stage(name=HOSTILE, reads=(HOSTILE,)),))
    failure = Failure(message=HOSTILE, stage=HOSTILE, log=(HOSTILE,))
    ran = (HOSTILE, StageOutcome.EXECUTED, 2.0)
    case = small.with_trials(
        *(trial(n, n / 9, ran, **{HOSTILE: HOSTILE}) for n in range(1, 10)),
        trial(10, None, (HOSTILE, StageOutcome.FAILED, 1.0), failure=failure, **{HOSTILE: "b"}),
    )
    objective = replace(case.history.objective, metric=HOSTILE)
    experiment = replace(
        case.experiment,
        name=HOSTILE,
        objective=objective,
        space=Space({HOSTILE: Categorical((HOSTILE, "b"))}),
    )
    history = replace(case.history, objective=objective)

    page = render(
        experiment, pipeline, history, generated_at=NOW, stop=(StopReason.GOAL_REACHED, HOSTILE)
    )

    reader = _read(page)
    assert reader.scripts == 1
    assert HOSTILE in reader.text
    assert _figures(page)


def test_a_failed_trial_shows_stage_message_and_log(small, trial):
    failure = Failure(message="no memory", stage="train", log=("line 1", "killed"))

    text = _read(_render(small.with_trials(trial(1, None, failure=failure, x=0.1, y=0.2)))).text

    assert "train: no memory" in text
    assert "line 1 killed" in text


def test_findings_stand_on_the_page(small, trial):
    both = (("prepare", StageOutcome.EXECUTED, 9.0), ("train", StageOutcome.EXECUTED, 9.0))
    page = _render(small.with_trials(*(trial(n, 0.5, *both, x=0.1, y=n / 9) for n in range(1, 6))))

    text = _read(page).text
    assert "Cache thrashing warning" in text
    assert "2 health warnings" in text
    assert "<code>cache.sizeLimit</code>" in page
    assert "Failures in one stage not seen" in text


def test_the_parts_are_those_of_the_page(usual):
    page = _render(usual)
    parts = sections(usual.experiment, usual.pipeline, usual.history, state="Unfinished")

    assert tuple(parts) == SECTIONS
    assert all(part.strip() in page for part in parts.values())


def test_the_parts_say_where_the_experiment_stands_as_they_are_told(usual):
    header = sections(
        usual.experiment, usual.pipeline, usual.history, state="Suspended", message="on Sunday"
    )["header"]

    assert "Suspended" in header
    assert "on Sunday" in header


def test_the_same_input_gives_the_same_page(usual):
    assert _render(usual) == _render(usual)


def test_a_thousand_trials_stay_below_two_megabytes(case):
    page = _render(case(trials=1000))

    assert len(page.encode()) < 2_000_000
    _read(page)


def test_a_budget_is_shown_in_its_unit(usual):
    prices = dict.fromkeys(usual.pipeline.names, 36.0)
    money = usual.with_budget(amount=2.0, prices=prices, currency="EUR")
    spent = sum(t.spent_seconds for t in usual.history.trials) / 100

    in_seconds, in_money = _read(_render(usual)).text, _read(_render(money)).text

    assert "of the compute time spent" in in_seconds
    assert "What each second of compute time has bought." in in_seconds
    assert f"{spent:.4g} EUR of 2 EUR" in in_money
    assert "of the EUR spent" in in_money
    assert "What each EUR has bought." in in_money
