"""The designer `random`: every configuration is as likely as any other."""

from __future__ import annotations

from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.search.cost_models import StageMedians
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.offers import (
    Offers,
    budget_exhausted,
    is_exhausted,
    select,
    space_exhausted,
    untried,
)
from eeipu_kfp.search.seeds import generator
from eeipu_kfp.search.stage_times import stage_times
from eeipu_kfp.search.tariff import Tariff

_DRAWS = 16


class RandomDesigner:
    """Draws uniformly over the space; uses the cache only where it happens to fit."""

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what to try next."""
        if request.remaining <= 0:
            return budget_exhausted(request, None)
        if is_exhausted(request):
            return space_exhausted(request)
        encoding = Encoding(request.space)
        rng = generator(request.seed, len(request.trials))
        quantiles = rng.random((_DRAWS, len(request.space)))
        drawn = [encoding.decode(point) for point in encoding.spread(quantiles)]
        offers = Offers.of(request, encoding, drawn)
        if not offers.configurations:
            offers = untried(request, encoding)
        times = stage_times(request)
        estimate = StageMedians.of(times, Tariff.of(request, times))
        return select(request, offers, estimate, label="random")
