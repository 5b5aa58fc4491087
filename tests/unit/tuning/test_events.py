from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.tuning.events import TrialLaunched, ignore


def test_a_loop_may_go_unwatched():
    trial = Trial(number=1, configuration=Configuration({}))

    assert ignore(TrialLaunched(trial=trial, to_run=())) is None
