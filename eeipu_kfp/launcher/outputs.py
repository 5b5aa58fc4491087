"""What a tuning has brought, as the outputs of a task."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.cluster.standing import Standing
from eeipu_kfp.launcher.following import Follower
from eeipu_kfp.report import wording

_NO_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title></head>
<body><h1>{name}</h1><p>The report could not be read: {reason}</p>
<p>It can still be had: <code>eeipu report {name} -n {namespace}</code></p></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a tuning has ended.

    Attributes:
        experiment: The name of the experiment.
        namespace: Where it lives.
        version: The version of the pipeline that was tuned.
        metric: What was improved.
        result: The result, as `eeipu status --json` prints it; it has a best trial.
        page: The report page.
    """

    experiment: str
    namespace: str
    version: str
    metric: str
    result: Mapping[str, Any]
    page: str

    @property
    def configuration(self) -> dict[str, Any]:
        """The best configuration."""
        return dict(self.result["best"]["configuration"])

    @property
    def objective(self) -> float:
        """The best value of the objective."""
        return float(self.result["best"]["objective"])

    @property
    def figures(self) -> dict[str, float]:
        """Numbers, by the names that the task's metrics show them under."""
        spent = self.result["spentSeconds"]
        return {
            "best objective": self.objective,
            "best trial": self.result["best"]["trial"],
            "trials": self.result["trials"],
            "failed trials": self.result["failed"],
            **({} if spent is None else {"seconds spent": round(spent, 1)}),
            "seconds saved": round(self.result["savedSeconds"], 1),
            "stage runs": self.result["stageRuns"],
            "stage runs from the cache": self.result["stageHits"],
        }

    @property
    def markdown(self) -> str:
        """The result for people."""
        result, where = self.result, f"{self.experiment} -n {self.namespace}"
        hits, runs = result["stageHits"], result["stageRuns"]
        saved = wording.duration(result["savedSeconds"])
        stop = (result["stop"] or {}).get("message", "")
        rows = [f"| `{name}` | `{_cell(value)}` |" for name, value in self.configuration.items()]
        lines = (
            f"# {self.metric}: {self.objective:.6g}",
            "",
            f"Trial {result['best']['trial']} of {result['trials']} was the best:",
            "",
            "| Input | Value |",
            "| --- | --- |",
            *rows,
            "",
            f"{hits} of {runs} stage runs came from the cache, which saved {saved}. Ended: {stop}.",
            "",
            f"More: `eeipu status {where}`, `kubectl describe tune {where}`.",
        )
        return "\n".join(lines) + "\n"


def read_outcome(cluster: Cluster, follower: Follower, standing: Standing, version: str) -> Outcome:
    """Return how an experiment has ended.

    A best configuration is worth more than its report: where the controller cannot be asked, the
    status tells the result.

    Raises:
        ClusterError: It has failed, or no trial has come to an objective.
    """
    result, page = standing.result(), ""
    _check(standing, result)
    try:
        controller = cluster.controller()
        result = follower.patiently(lambda: controller.result(standing.name))
        page = follower.patiently(lambda: controller.report(standing.name))
    except ClusterError as error:
        follower.say(f"the controller cannot be asked for the report: {error}")
        named = {"name": standing.name, "namespace": cluster.namespace}
        page = page or _NO_PAGE.format(reason=html.escape(str(error)), **named)
    return Outcome(
        experiment=standing.name,
        namespace=cluster.namespace,
        version=version,
        metric=standing.metric,
        result=result,
        page=page,
    )


def _check(standing: Standing, result: Mapping[str, Any]) -> None:
    why, hint = standing.stop or {}, f"see why: `eeipu status {standing.name}`"
    best = result["best"]
    if standing.has_failed:
        found = "" if best is None else f"; the best of them came to {best['objective']:.6g}"
        message = f"tuning has failed: {why.get('message')}{found}"
        raise ClusterError(message, hint=hint)
    if best is None:
        message = f"no trial has come to an objective, and tuning has ended: {why.get('message')}"
        raise ClusterError(message, hint=hint)


def _cell(value: Any) -> str:
    return wording.value(value).replace("|", "\\|").replace("`", "'")
