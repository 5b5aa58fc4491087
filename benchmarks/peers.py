"""Other libraries' searches behind the port that the product's designers fulfil.

A peer sees configurations and objectives. It knows neither stages nor costs; that a trial must be
expected to fit what is left of the budget is seen to here, as for `random`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from benchmarks.ax_peer import ask_ax
from benchmarks.optuna_peer import ask_gp, ask_tpe
from benchmarks.smac_peer import ask_smac
from eeipu_kfp.core.ports import Designer
from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.cost_models import StageMedians
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.offers import Offers, is_exhausted, select, space_exhausted, untried
from eeipu_kfp.search.stage_times import stage_times
from eeipu_kfp.search.tariff import Tariff

Ask: TypeAlias = Callable[[SuggestionRequest], list[Configuration]]
"""A request -> a few proposals, the first that was not tried being the one that is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerDesigner:
    """Another library's search, made anew for every suggestion and told the whole history.

    Attributes:
        ask: Asks the library.
    """

    ask: Ask

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return the first proposal that was not tried, whatever its cost."""
        if is_exhausted(request):
            return space_exhausted(request)
        encoding = Encoding(request.space)
        offers = Offers.of(request, encoding, self.ask(request))
        if not offers.configurations:
            offers = untried(request, encoding)
        times = stage_times(request)
        estimate = StageMedians.of(times, Tariff.of(request, times))
        return select(request, offers, estimate, label="peer")


PEERS: Mapping[str, Callable[[], Designer]] = MappingProxyType(
    {
        "optuna-tpe": partial(PeerDesigner, ask=ask_tpe),
        "optuna-gp": partial(PeerDesigner, ask=ask_gp),
        "ax": partial(PeerDesigner, ask=ask_ax),
        "smac": partial(PeerDesigner, ask=ask_smac),
    }
)
"""What makes each peer, by name."""

SLOW_PEERS = frozenset({"ax", "smac"})
"""Peers whose proposals take seconds: they are compared where one names them."""
