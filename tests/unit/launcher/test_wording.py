import pytest

from eeipu_kfp.launcher.wording import in_words_of_form

ARGUMENTS = {"data": "s3://b/d.csv", "rows": "many"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("`spec.budget.seconds`: 0 is below", "`budget_seconds`: 0 is below"),
        ("`spec.objective.metric`: no stage", "`objective`: no stage"),
        ("`spec.parameters[1].name`: no input", "`parameters[1].name`: no input"),
        ("`spec.arguments[1].value`: is no", "`arguments.rows`: is no"),
        ("`spec.arguments[0].name`: no input", "`arguments.data`: no input"),
        ("`spec.arguments[7].name`: no input", "`arguments[7].name`: no input"),
        (
            "`spec.parallelTrials`: 5 is above maxTrials, 3",
            "`parallel_trials`: 5 is above max_trials, 3",
        ),
        ("set `cache.salt` to", "set `cache_salt` to"),
        ("add `- {name: data, value: ...}`, or tune", 'add `"data": ...`, or tune'),
        ("2 problems in experiment `demo`\n- a", "2 problems in the form\n- a"),
        ("begin each item with `- `", "write it as `[first, second]`"),
    ],
)
def test_fields_of_the_experiment_are_told_as_fields_of_the_form(said, told):
    assert in_words_of_form(said, ARGUMENTS) == told


def test_other_words_stay():
    assert in_words_of_form("stage `train` has failed", ARGUMENTS) == "stage `train` has failed"
