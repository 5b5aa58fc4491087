"""What stands between the tuning loop and a method, so that all methods play by the same rules."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.values import Configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUpFirst:
    """Begins with given configurations, then asks a method.

    Attributes:
        warm_up: The configurations, in order.
        then: The method; it is told that the warm-up is as long as this one.
    """

    warm_up: Sequence[Configuration]
    then: Designer

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return the next given configuration, or what the method suggests after the last."""
        number = len(request.trials)
        if number >= len(self.warm_up):
            return self.then.suggest(replace(request, warm_up_trials=len(self.warm_up)))
        configuration = self.warm_up[number]
        return Suggestion(
            configuration=configuration,
            to_run=request.cached.to_run(configuration),
            expected_cost=None,
            reason="given to all methods",
            is_warm_up=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaware:
    """Keeps from a method that anything is cached.

    Attributes:
        designer: The method.
    """

    designer: Designer

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what the method suggests where it takes every stage for one that must run."""
        nothing = CachedStages(request.pipeline, tuple(request.space))
        return self.designer.suggest(replace(request, cached=nothing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Notes how long every suggestion takes.

    Attributes:
        designer: The method.
        seconds: Wall seconds of each suggestion by the number of trials before it.
    """

    designer: Designer
    seconds: dict[int, float] = field(default_factory=dict)

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what the method suggests."""
        began = time.perf_counter()
        answer = self.designer.suggest(request)
        self.seconds[len(request.trials)] = time.perf_counter() - began
        return answer
