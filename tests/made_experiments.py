"""Folders of made-up experiments, as `eeipu run` would have left them: Stacking, in no time."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from pathlib import Path

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.local.opening import open_experiment
from eeipu_kfp.local.workspace import Workspace
from eeipu_kfp.tuning.identity import identity
from eeipu_kfp.tuning.trial_documents import encode

SAMPLE = Path(__file__).parents[1] / "manifests/samples/stacking.yaml"
EPOCH = 1_750_000_000.0
_WARM_UP = 10
_SECONDS = (0.7, 2.6, 0.5)
_LOG = ("Traceback (most recent call last):", '  File "stage.py", line 7', "MemoryError")


@dataclass(kw_only=True)
class Maker:
    """Makes trials one after the other; later ones begin like the best, and find that cached."""

    experiment: Experiment
    pipeline: Pipeline
    rng: random.Random
    failing: float = 0.03
    clock: float = EPOCH
    cached: dict[str, float] = field(default_factory=dict)
    done: list[Trial] = field(default_factory=list)

    def next(self, *, is_running: bool = False) -> Trial:
        """Return the next trial; one that runs has ended its first stage."""
        configuration = Configuration(self._values())
        begun, records = self.clock, self._records(configuration)
        if is_running:
            records = records[:1]
        trial = Trial(
            number=len(self.done) + 1,
            configuration=configuration,
            state=TrialState.RUNNING if is_running else TrialState.SUCCEEDED,
            stages=tuple(records),
            objective=None if is_running else self._objective(configuration),
            runs=1,
            expected_cost=3.0,
            is_warm_up=len(self.done) < _WARM_UP,
            started_at=begun,
            finished_at=None if is_running else self.clock,
        )
        trial = _failed(trial) if records[-1].outcome is StageOutcome.FAILED else trial
        self.done.append(trial)
        return trial

    def _values(self) -> dict[str, Value]:
        space = self.experiment.space
        drawn = {name: _drawn(domain, self.rng) for name, domain in space.items()}
        scored = [t for t in self.done if t.objective is not None]
        if len(self.done) < _WARM_UP or not scored or self.rng.random() > 0.75:
            return drawn
        best = sorted(scored, key=lambda t: -(t.objective or 0.0))[:5]
        kept = self.rng.choice(best).configuration
        names = self.pipeline.inputs_of(self.pipeline.names[: self.rng.choice((1, 2, 2))])
        return drawn | {name: kept[name] for name in names if name in kept}

    def _records(self, configuration: Configuration) -> list[StageRecord]:
        records: list[StageRecord] = []
        for name, usual in zip(self.pipeline.names, _SECONDS, strict=True):
            part = configuration.restricted_to(self.pipeline.determinants(name)).canonical
            key = f"{name} {part}"
            if key in self.cached:
                found = StageRecord(
                    stage=name, outcome=StageOutcome.CACHED, saved_seconds=self.cached[key]
                )
                records.append(found)
                continue
            fails = self.rng.random() < self.failing / len(_SECONDS)
            outcome = StageOutcome.FAILED if fails else StageOutcome.EXECUTED
            seconds = usual * self.rng.uniform(0.6, 1.6)
            records.append(
                StageRecord(stage=name, outcome=outcome, seconds=seconds, started_at=self.clock)
            )
            self.clock += seconds + 0.1
            if fails:
                break
            self.cached[key] = seconds
        return records

    def _objective(self, configuration: Configuration) -> float:
        shares = [
            _share(domain, configuration[name]) for name, domain in self.experiment.space.items()
        ]
        lost = sum(abs(share - 0.6) ** 2 / (index + 1) for index, share in enumerate(shares))
        return 0.84 - 0.1 * lost + self.rng.gauss(0, 0.002)


def make(
    directory: Path,
    name: str = "stacking",
    *,
    trials: int,
    running: int = 0,
    stop: tuple[str, str] | None = None,
    budget_seconds: int = 85,
    failing: float = 0.03,
) -> tuple[Workspace, Maker]:
    """Write an experiment's folder; return it, and what makes further trials.

    Args:
        directory: Where experiments are kept.
        name: What it is called.
        trials: How many trials have ended.
        running: How many run.
        stop: Why it has ended, as reason and message; None while it has not.
        budget_seconds: What it may spend.
        failing: The share of trials that fail.
    """
    sample = directory / f"{name}.yaml"
    text = SAMPLE.read_text().replace("name: stacking", f"name: {name}", 1)
    text = text.replace("../../components", str(SAMPLE.parents[2] / "components"))
    directory.mkdir(parents=True, exist_ok=True)
    sample.write_text(text.replace("seconds: 85", f"seconds: {budget_seconds}"))
    opened = open_experiment(sample, directory)
    workspace = opened.workspace
    workspace.ledger.claim(identity(opened.experiment, opened.pipeline))
    workspace.describe(opened.whole_document())
    sample.unlink()
    maker = Maker(
        experiment=opened.experiment,
        pipeline=opened.pipeline.shape,
        rng=random.Random(name),
        failing=failing,
    )
    for _ in range(trials):
        note(workspace, maker.next())
    for _ in range(running):
        note(workspace, maker.next(is_running=True))
    if stop is not None:
        workspace.ledger.close({"reason": stop[0], "message": stop[1]})
    return workspace, maker


def note(workspace: Workspace, trial: Trial) -> None:
    """Put a trial into the ledger, as the ledger would, but without waiting for the disk."""
    file = workspace.folder / "ledger/trials" / f"{trial.number:06d}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(encode(trial, handle=None))


def _failed(trial: Trial) -> Trial:
    failure = Failure(
        message="the stage ended with exit code 1", stage=trial.stages[-1].stage, log=_LOG
    )
    return Trial(
        number=trial.number,
        configuration=trial.configuration,
        state=TrialState.FAILED,
        stages=trial.stages,
        failure=failure,
        runs=1,
        is_warm_up=trial.is_warm_up,
        started_at=trial.started_at,
        finished_at=trial.finished_at,
    )


def _drawn(domain: Domain, rng: random.Random) -> Value:
    if isinstance(domain, Categorical):
        return rng.choice(domain.choices)
    if domain.log:
        return domain.snap(math.exp(rng.uniform(math.log(domain.low), math.log(domain.high))))
    return domain.snap(rng.uniform(domain.low, domain.high))


def _share(domain: Domain, value: Value) -> float:
    if isinstance(domain, Categorical):
        return domain.index(value) / max(1, domain.count - 1)
    low, high, at = float(domain.low), float(domain.high), float(value)  # type: ignore[arg-type]
    if domain.log:
        low, high, at = math.log(low), math.log(high), math.log(at)
    return (at - low) / (high - low)
