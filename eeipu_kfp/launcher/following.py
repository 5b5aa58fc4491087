"""From an experiment that is asked for to one that has ended, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from eeipu_kfp.cluster.experiments import Experiments
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from eeipu_kfp.cluster.standing import Standing
from eeipu_kfp.core.ports import Clock
from eeipu_kfp.experiment.launchers import Promise, WhenGone
from eeipu_kfp.launcher.form import RUN_LABEL
from eeipu_kfp.launcher.progress import Progress, Say

PROMISED_SECONDS = 300.0
"""How long a launcher that is not heard of counts as alive."""
_RENEWAL_SECONDS = 60.0
_SECONDS_BETWEEN_LOOKS = 5.0
_SECONDS_BETWEEN_ATTEMPTS = 10.0
_PATIENCE_SECONDS = 600.0

_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class Follower:
    """Waits for one experiment, and lets the controller know that it does.

    Attributes:
        experiments: Where the experiment lives.
        document: The experiment that is asked for.
        when_gone: What becomes of it when the follower is gone before its end.
        clock: Tells the time.
        say: Writes a line of the log.
    """

    experiments: Experiments
    document: Mapping[str, Any]
    when_gone: WhenGone
    clock: Clock
    say: Say
    _renewed_at: float = 0.0

    @property
    def name(self) -> str:
        """What the experiment is called."""
        return str(self.document["metadata"]["name"])

    def follow(self) -> Standing:
        """Make the experiment, or find it where it was made already, and wait for its end.

        Raises:
            ClusterError: The cluster refuses it, it was deleted, it cannot go on without a change
                by a user, or no controller takes it up. One that has no trial then goes again.
        """
        found = self.patiently(self._begin)
        progress, began = Progress(self.say), self.clock.now()
        while True:
            standing = Standing(found)
            progress.show(standing)
            if standing.has_ended:
                self.patiently(lambda: self.experiments.hold(self.name, {}))
                return standing
            self._check(standing, waited_seconds=self.clock.now() - began)
            self.patiently(self._renew)
            self.clock.sleep(_SECONDS_BETWEEN_LOOKS)
            found = self.patiently(self._look)

    def cancel(self) -> None:
        """Do with the experiment what is to be done when nobody waits for it any more.

        Raises:
            ClusterError: The cluster refuses, or does not answer.
        """
        if self.when_gone is WhenGone.DELETE:
            self.experiments.delete(self.name)
        elif self.experiments.find(self.name) is not None:
            self.experiments.hold(self.name, {}, suspend=True)

    def patiently(self, call: Callable[[], _T]) -> _T:
        """Return what a call brings; where the cluster does not answer, ask again."""
        while True:
            try:
                return call()
            except ClusterError as error:
                if not error.retryable:
                    raise
                self.say(f"waits for the cluster: {error}")
                self.clock.sleep(_SECONDS_BETWEEN_ATTEMPTS)

    @property
    def _promise(self) -> Promise:
        until = self.clock.now() + PROMISED_SECONDS
        return Promise(until=until, when_gone=self.when_gone)

    def _begin(self) -> dict[str, Any]:
        found = self.experiments.find(self.name)
        where = f"experiment {self.name} in namespace {self.experiments.namespace}"
        if found is None:
            made = self.experiments.apply(self.document)
            self.say(f"made {where}")
            return made
        run = (found["metadata"].get("labels") or {}).get(RUN_LABEL)
        if run != self.document["metadata"]["labels"][RUN_LABEL]:
            message = f"{where} is there already, and of another run"
            raise ClusterError(message, hint="start this run again under another name")
        self.say(f"goes on with {where}")
        self._renewed_at = 0.0
        return found

    def _look(self) -> dict[str, Any]:
        found = self.experiments.find(self.name)
        if found is None or found["metadata"].get("deletionTimestamp"):
            message = f"experiment `{self.name}` was deleted before its end"
            raise MissingError(message, hint="start a new run; what its stages put out is reused")
        return found

    def _renew(self) -> None:
        now = self.clock.now()
        if now - self._renewed_at >= _RENEWAL_SECONDS:
            self.experiments.hold(self.name, self._promise.annotations)
            self._renewed_at = now

    def _check(self, standing: Standing, *, waited_seconds: float) -> None:
        mistake, hint = standing.mistake, ""
        if not standing.is_seen and waited_seconds > _PATIENCE_SECONDS:
            where = f"namespace `{self.experiments.namespace}`"
            mistake = f"no controller has taken up the experiment in {where}"
            hint = "have the Helm chart `eeipu-kfp` installed, and that namespace watched by it"
        if mistake is None:
            return
        if not standing.result()["trials"]:
            self.patiently(lambda: self.experiments.delete(self.name))
        raise ClusterError(mistake, hint=hint)
