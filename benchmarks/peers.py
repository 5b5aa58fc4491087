"""Other libraries' searches behind the port that the product's designers fulfil.

A peer sees configurations and objectives. It knows neither stages nor costs; that a trial must be
expected to fit what is left of the budget is seen to here, as for `random`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import optuna

from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.space import Categorical, Domain, Float, Space
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.search.cost_models import StageMedians
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.offers import Offers, is_exhausted, select, space_exhausted, untried
from eeipu_kfp.search.stage_times import stage_times
from eeipu_kfp.search.tariff import Tariff

_ASKED = 8
_SEEDS = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class OptunaDesigner:
    """A sampler of Optuna, made anew for every suggestion and told the whole history.

    Attributes:
        sampler: Makes the sampler from a seed.
    """

    sampler: Callable[[int], optuna.samplers.BaseSampler]

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return the first of a few proposals that was not tried, whatever its cost."""
        if is_exhausted(request):
            return space_exhausted(request)
        encoding = Encoding(request.space)
        offers = Offers.of(request, encoding, self._asked(request))
        if not offers.configurations:
            offers = untried(request, encoding)
        times = stage_times(request)
        estimate = StageMedians.of(times, Tariff.of(request, times))
        return select(request, offers, estimate, label="optuna")

    def _asked(self, request: SuggestionRequest) -> list[Configuration]:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        known = distributions(request.space)
        seed = (1000 * request.seed + len(request.trials)) % _SEEDS
        study = optuna.create_study(direction="maximize", sampler=self.sampler(seed))
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params=told(request.space, trial.configuration),
                    distributions=known,
                    value=request.objective.score(trial.objective),
                )
                for trial in request.succeeded
                if trial.objective is not None
            ]
        )
        found: list[Configuration] = []
        for _ in range(_ASKED):
            found.append(_understood(request.space, study.ask(known).params))
            if found[-1] not in request.tried:
                break
        return found


def distributions(space: Space) -> dict[str, optuna.distributions.BaseDistribution]:
    """Return a space in Optuna's words; a choice is given by its position."""
    return {name: _distribution(domain) for name, domain in space.items()}


def told(space: Space, configuration: Configuration) -> dict[str, Value]:
    """Return a configuration in Optuna's words."""
    return {
        name: domain.index(configuration[name])
        if isinstance(domain, Categorical)
        else configuration[name]
        for name, domain in space.items()
    }


def _understood(space: Space, params: Mapping[str, float]) -> Configuration:
    return Configuration(
        {
            name: domain.choices[int(params[name])]
            if isinstance(domain, Categorical)
            else domain.snap(params[name])
            for name, domain in space.items()
        }
    )


def _distribution(domain: Domain) -> optuna.distributions.BaseDistribution:
    if isinstance(domain, Categorical):
        return optuna.distributions.CategoricalDistribution(tuple(range(domain.count)))
    if isinstance(domain, Float):
        return optuna.distributions.FloatDistribution(
            domain.low, domain.high, log=domain.log, step=domain.step
        )
    return optuna.distributions.IntDistribution(
        domain.low, domain.high, log=domain.log, step=domain.step or 1
    )


PEERS: Mapping[str, Callable[[], Designer]] = MappingProxyType(
    {
        "optuna-tpe": lambda: OptunaDesigner(
            sampler=lambda seed: optuna.samplers.TPESampler(seed=seed)
        ),
        "optuna-gp": lambda: OptunaDesigner(
            sampler=lambda seed: optuna.samplers.GPSampler(seed=seed)
        ),
    }
)
"""What makes each peer, by name."""
