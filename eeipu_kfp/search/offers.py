"""From points to suggestions: never what was tried, never what the budget cannot pay."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.space import Categorical, Domain, Space
from eeipu_kfp.core.suggestion import Stop, StopReason, Suggestion, SuggestionRequest
from eeipu_kfp.core.values import Configuration, Value
from eeipu_kfp.search.arrays import Array, Mask
from eeipu_kfp.search.cost_models import CostEstimate
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.seeds import generator

_LISTED = 64
_LISTED_SPACE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Configurations that were never tried, n of them, with what each would really run.

    Attributes:
        configurations: The configurations, the most welcome first.
        to_run: The stages that each would run.
        points: `n x d`.
        runs: The same as `to_run`, `n x K`.
    """

    configurations: tuple[Configuration, ...]
    to_run: tuple[tuple[str, ...], ...]
    points: Array
    runs: Mask

    @classmethod
    def of(
        cls,
        request: SuggestionRequest,
        encoding: Encoding,
        configurations: Iterable[Configuration],
    ) -> Offers:
        """Take those of some configurations that were not tried, each once."""
        tried = request.tried
        new = tuple(c for c in dict.fromkeys(configurations) if c not in tried)
        to_run = tuple(request.cached.to_run(configuration) for configuration in new)
        names = request.pipeline.names
        runs = [[name in stages for name in names] for stages in to_run]
        return cls(
            configurations=new,
            to_run=to_run,
            points=encoding.encode(new),
            runs=np.array(runs, dtype=bool).reshape(len(new), len(names)),
        )


def select(
    request: SuggestionRequest,
    offers: Offers,
    estimate: CostEstimate | None,
    *,
    scores: Array | None = None,
    label: str = "",
) -> Suggestion | Stop:
    """Return the best offer that the budget can pay.

    Args:
        request: What is left, and what was tried.
        offers: What to choose from, at least one.
        estimate: What stages cost; None before anything is known, then everything is allowed.
        scores: How good each offer is, `n`; None where the first is the best.
        label: Begins the reason.
    """
    if estimate is None:
        order = np.arange(len(offers.configurations)) if scores is None else np.argsort(-scores)
        return _suggestion(request, offers, int(order[0]), None, label)
    expected = estimate.expected_cost(offers.points, offers.runs)
    affordable = np.flatnonzero(expected <= request.remaining)
    if not affordable.size:
        return budget_exhausted(request, float(expected.min()))
    if scores is None:
        chosen = int(affordable[0])
    else:
        chosen = int(affordable[np.argmax(scores[affordable])])
    return _suggestion(request, offers, chosen, float(expected[chosen]), label)


def budget_exhausted(request: SuggestionRequest, smallest: float | None) -> Stop:
    """Return the answer where nothing can be paid any more, not even the smallest cost."""
    unit = request.budget.unit
    left = f"{max(request.remaining, 0.0):.3g} {unit} of the budget are left"
    if smallest is None:
        message = left
    else:
        message = f"the cheapest trial would take about {smallest:.3g} {unit}, but {left}"
    return Stop(reason=StopReason.BUDGET_EXHAUSTED, message=message)


def space_exhausted(request: SuggestionRequest) -> Stop:
    """Return the answer where every configuration was tried."""
    message = f"all {request.space.count} configurations of the space were tried"
    return Stop(reason=StopReason.SPACE_EXHAUSTED, message=message)


def untried(request: SuggestionRequest, encoding: Encoding) -> Offers:
    """Return some configurations that were not tried; none only where there are no more."""
    space, tried = request.space, request.tried
    if space.count is not None and space.count <= max(_LISTED_SPACE, 2 * len(tried)):
        left = (configuration for configuration in every(space) if configuration not in tried)
        return Offers.of(request, encoding, itertools.islice(left, _LISTED))
    quantiles = generator(request.seed, len(request.trials)).random((_LISTED, len(space)))
    return Offers.of(request, encoding, map(encoding.decode, encoding.spread(quantiles)))


def is_exhausted(request: SuggestionRequest) -> bool:
    """Whether every configuration was tried."""
    space, tried = request.space, request.tried
    if space.count is None or space.count > len(tried):
        return False
    return all(configuration in tried for configuration in every(space))


def every(space: Space) -> Iterator[Configuration]:
    """Yield all configurations of a finite space."""
    values = [_values(domain) for domain in space.values()]
    for combination in itertools.product(*values):
        yield Configuration(dict(zip(space, combination, strict=True)))


def _values(domain: Domain) -> list[Value]:
    if isinstance(domain, Categorical):
        return list(domain.choices)
    step = domain.step or 1
    return [domain.snap(domain.low + i * step) for i in range(domain.count or 0)]


def _suggestion(
    request: SuggestionRequest, offers: Offers, row: int, expected: float | None, label: str
) -> Suggestion:
    configuration, to_run = offers.configurations[row], offers.to_run[row]
    what = _describe(request, configuration, to_run)
    price = "" if expected is None else f" for about {expected:.2g} {request.budget.unit}"
    return Suggestion(
        configuration=configuration,
        to_run=to_run,
        expected_cost=expected,
        reason=f"{label}: {what}{price}" if label else f"{what}{price}",
    )


def _describe(
    request: SuggestionRequest, configuration: Configuration, to_run: tuple[str, ...]
) -> str:
    reused = [name for name in request.pipeline.names if name not in to_run]
    running = f"runs {_listing(to_run)}" if to_run else "runs nothing"
    if not reused:
        return "runs every stage"
    source = _source(
        request, [configuration.restricted_to(request.cached.determinants(s)) for s in reused]
    )
    return f"reuses {_listing(reused)}{source}: {running}"


def _source(request: SuggestionRequest, parts: list[Configuration]) -> str:
    wanted = {name: value for part in parts for name, value in part.items()}
    for trial in request.trials:
        values = trial.configuration
        # Equal values are compared first, because canonical texts take their time.
        if all(values.get(name) == value for name, value in wanted.items()) and all(
            values.restricted_to(part) == part for part in parts
        ):
            return f" of trial {trial.number}"
    return " from the cache"


def _listing(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
