"""Ask and tell: the search for people who have a loop of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.history import History
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.pipeline import Pipeline, Stage
from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.space import Domain, Space
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.tuning.planner import remaining


class AskTell:
    """Suggestions for a pipeline that somebody else runs and caches.

    Every stage that was told with seconds counts as cached for its values from then on.

    Example:
        >>> tuner = AskTell(
        ...     stages={"prepare": ["bins"], "train": ["rate"]},
        ...     space={"bins": Int(2, 64), "rate": Float(1e-4, 1e-1, log=True)},
        ...     budget_seconds=3600,
        ... )
        >>> suggestion = tuner.ask()
        >>> tuner.tell(suggestion.configuration, objective=0.9, seconds={"prepare": 40, "train": 9})
    """

    def __init__(
        self,
        *,
        stages: Mapping[str, Sequence[str]] | Pipeline,
        space: Mapping[str, Domain],
        budget_seconds: float,
        direction: Direction | str = Direction.MAXIMIZE,
        designer: Designer | str = "eeipu",
        seed: int = 0,
        warm_up_trials: int | None = None,
    ) -> None:
        """Describe the problem.

        Args:
            stages: The parameters that each stage of a chain reads, in order; or a Pipeline, where
                stages branch.
            space: The tuned parameters.
            budget_seconds: Compute seconds that may be spent.
            direction: Which way is better.
            designer: The name of a search strategy, or one of your own.
            seed: Fixes every random choice.
            warm_up_trials: Trials before the models are trusted; None for the designer's choice.
        """
        self._pipeline = stages if isinstance(stages, Pipeline) else _chain(stages)
        self._space = Space(space)
        self._objective = Objective(metric="objective", direction=Direction(direction))
        self._budget = Budget(amount=budget_seconds)
        self._designer = _named(designer) if isinstance(designer, str) else designer
        self._seed = seed
        self._warm_up_trials = warm_up_trials
        self._trials: dict[Configuration, Trial] = {}

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every trial asked or told so far, by number."""
        return tuple(self._trials.values())

    def ask(self) -> Suggestion | Stop:
        """Return what to try next; it counts as running until it is told."""
        answer = self._designer.suggest(self._request())
        if isinstance(answer, Suggestion):
            self._note(answer.configuration, answer.expected_cost)
        return answer

    def tell(
        self,
        configuration: Mapping[str, Value],
        *,
        objective: float | None,
        seconds: Mapping[str, float],
    ) -> None:
        """Report a trial.

        Args:
            configuration: Values that were asked, or any others of the space.
            objective: The result; None where the trial failed.
            seconds: Compute time of the stages that really ran; leave cached ones out.

        Raises:
            InvalidValueError: The configuration is not of the space, or a stage is unknown.
        """
        told = Configuration(configuration)
        self._check(told, seconds)
        trial = self._trials.get(told) or self._note(told, None)
        failed = objective is None
        self._trials[told] = Trial(
            number=trial.number,
            configuration=told,
            state=TrialState.FAILED if failed else TrialState.SUCCEEDED,
            stages=tuple(self._records(told, seconds)),
            objective=objective,
            failure=Failure(message="told without an objective") if failed else None,
            expected_cost=trial.expected_cost,
        )

    def _records(self, told: Configuration, seconds: Mapping[str, float]) -> list[StageRecord]:
        cached = self._cached()
        return [
            StageRecord(stage=name, outcome=StageOutcome.EXECUTED, seconds=seconds[name])
            if name in seconds
            else StageRecord(stage=name, outcome=StageOutcome.CACHED)
            for name in self._pipeline.names
            if name in seconds or cached.holds(name, told)
        ]

    def _note(self, configuration: Configuration, expected_cost: float | None) -> Trial:
        trial = Trial(
            number=len(self._trials) + 1,
            configuration=configuration,
            state=TrialState.RUNNING,
            expected_cost=expected_cost,
        )
        self._trials[configuration] = trial
        return trial

    def _cached(self) -> CachedStages:
        executed = (
            (record.stage, trial.configuration)
            for trial in self.trials
            for record in trial.stages
            if record.outcome is StageOutcome.EXECUTED
        )
        return CachedStages(self._pipeline, self._space.keys(), executed)

    def _request(self) -> SuggestionRequest:
        history = History(objective=self._objective, trials=self.trials)
        return SuggestionRequest(
            pipeline=self._pipeline,
            space=self._space,
            objective=self._objective,
            trials=self.trials,
            cached=self._cached(),
            budget=self._budget,
            remaining=remaining(self._budget, history),
            seed=self._seed,
            warm_up_trials=self._warm_up_trials,
        )

    def _check(self, told: Configuration, seconds: Mapping[str, float]) -> None:
        if not self._space.contains(told):
            message = f"{dict(told)} is no configuration of the space"
            raise InvalidValueError(message, hint="give every parameter an allowed value")
        unknown = [name for name in seconds if name not in self._pipeline.names]
        if unknown:
            message = (
                f"`{unknown[0]}` is no stage; the stages are {', '.join(self._pipeline.names)}"
            )
            raise InvalidValueError(message)


def _chain(stages: Mapping[str, Sequence[str]]) -> Pipeline:
    names = list(stages)
    chain = tuple(
        Stage(name=name, reads=tuple(stages[name]), upstream=tuple(names[max(0, i - 1) : i]))
        for i, name in enumerate(names)
    )
    return Pipeline(name="asked", stages=chain)


def _named(name: str) -> Designer:
    from eeipu_kfp.search.designers import make_designer  # noqa: PLC0415  # SciPy takes its time

    return make_designer(name)
