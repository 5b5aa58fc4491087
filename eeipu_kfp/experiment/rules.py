"""What the API server checks across fields, in its Common Expression Language (CEL).

The same mistakes are found without a cluster by the models and by `conversion.resolve`. A rule that
names `oldSelf` is about an update: what decides the outcome of trials is fixed, limits may rise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pydantic.fields import FieldInfo

from eeipu_kfp.experiment import models

_RESERVED = {"function"}
_APPLY = "run `eeipu apply FILE`, which sends the compiled pipeline along"
_NEW = "write a new experiment, which reuses the stage outputs that still fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition on an object.

    Attributes:
        condition: A CEL expression over `self`, and `oldSelf` where it is about updates.
        message: What is wrong, and what to do about it.
        field: The field that the message is about; empty for the object.
    """

    condition: str
    message: str
    field: str = ""

    def document(self) -> dict[str, str]:
        """Return the rule as a schema has it."""
        path = {"fieldPath": f".{self.field}"} if self.field else {}
        return {"rule": self.condition, "message": self.message, **path}


def form(pattern: str, meaning: str) -> Rule:
    """Return the rule that text is of a form.

    Args:
        pattern: A regular expression.
        meaning: What it asks for, in words.
    """
    return Rule(condition=f"self.matches(r'{pattern}')", message=f"write {meaning}")


def _one_of(kind: type[models.OneOf], *, local: Collection[str] = ()) -> Rule:
    names = [str(kind.model_fields[name].alias) for name in kind.alternatives()]
    given = ", ".join(f"has(self.{_escaped(name)})" for name in names)
    allowed = ", ".join(f"`{name}`" for name in names if name not in local)
    condition = f"[{given}].exists_one(given, given)"
    return Rule(condition=condition, message=f"write exactly one of {allowed}")


def _updates(
    kind: type[models.Node], *, raised: Collection[str] = (), free: Collection[str] = ()
) -> Iterator[Rule]:
    """Yield a rule for every field: those not named are fixed."""
    for known in kind.model_fields.values():
        name = str(known.alias)
        if name in raised:
            message = f"{name} may only rise: take the change back, or raise it"
            yield Rule(condition=_rises(name, known), message=message, field=name)
        elif name not in free:
            message = f"{name} cannot change: take the change back, or {_NEW}"
            yield Rule(condition=_same(name, known), message=message, field=name)


def _rises(name: str, known: FieldInfo) -> str:
    rises = f"self.{name} >= oldSelf.{name}"
    if known.default is not None:
        return rises
    return f"!has(self.{name}) || (has(oldSelf.{name}) && {rises})"


def _same(name: str, known: FieldInfo) -> str:
    same = f"self.{name} == oldSelf.{name}"
    if known.is_required() or known.default is not None:
        return same
    return f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || {same})"


def _escaped(name: str) -> str:
    return f"__{name}__" if name in _RESERVED else name


_MIN, _MAX, _STEP = "double(self.min)", "double(self.max)", "double(self.step)"
_ORDERED = Rule(
    condition=f"{_MIN} < {_MAX}",
    message="min must be below max: swap them, or fix the value under `spec.arguments`",
)
_UNIFORM = (
    _ORDERED,
    Rule(
        condition=f"!has(self.step) || {_STEP} > 0.0",
        message="step must be above 0: write the distance between neighbouring values",
        field="step",
    ),
    # A step that is not above 0 is told so by the rule before. Beyond 1e9 steps, every number is
    # whole to nine digits, which is how exactly decimal bounds can be held to a decimal step.
    Rule(
        condition=(
            f"!has(self.step) || {_STEP} <= 0.0 || {_MIN} >= {_MAX}"
            f" || [({_MAX} - {_MIN}) / {_STEP}].all(n, n > 1e9"
            " || (n - double(int(n + 0.5)) <= n * 1e-9 && double(int(n + 0.5)) - n <= n * 1e-9))"
        ),
        message="step does not lead from min to max: change max, or the step",
        field="step",
    ),
)
_LOG_UNIFORM = (
    _ORDERED,
    Rule(
        condition=f"{_MIN} > 0.0",
        message="min of a logarithmic range must be above 0: raise min, or use `uniform`",
        field="min",
    ),
)
_PIPELINE = (
    Rule(
        condition="!has(self.path)",
        message=f"path is a file, which a cluster cannot read: {_APPLY}",
        field="path",
    ),
    Rule(
        condition="!has(self.__function__)",
        message=f"function is Python code, which a cluster cannot read: {_APPLY}",
        field="function",
    ),
)
_SPEC = (
    Rule(
        condition="!self.arguments.exists(a, self.parameters.exists(p, p.name == a.name))",
        message="an input is fixed here, but tuned at spec.parameters as well: remove it from one",
        field="arguments",
    ),
    Rule(
        condition="!has(self.maxTrials) || self.parallelTrials <= self.maxTrials",
        message="parallelTrials is above maxTrials: lower it, or raise maxTrials",
        field="parallelTrials",
    ),
    Rule(
        condition=(
            "!has(self.maxTrials) || !has(self.algorithm.warmUpTrials)"
            " || self.algorithm.warmUpTrials <= self.maxTrials"
        ),
        message="warmUpTrials is above maxTrials: lower it, or raise maxTrials",
        field="algorithm",
    ),
    *_updates(
        models.Spec,
        raised={"maxTrials", "maxFailedTrials", "stageTimeoutSeconds"},
        free={"budget", "cache", "parallelTrials", "suspend", "ttlSecondsAfterFinished"},
    ),
)
_BUDGET = (
    *_updates(models.Budget, raised={"seconds"}, free={"money"}),
    Rule(
        condition="has(self.seconds) == has(oldSelf.seconds)",
        message=f"the unit of a budget cannot change: take the change back, or {_NEW}",
    ),
)
_MONEY = (
    Rule(
        condition="double(self.amount) > 0.0",
        message="amount must be above 0: write what the stages may cost together",
        field="amount",
    ),
    Rule(
        condition="double(self.amount) >= double(oldSelf.amount)",
        message="amount may only rise: take the change back, or raise it",
        field="amount",
    ),
    *_updates(models.Money, free={"amount"}),
)
_PRICE = (
    Rule(
        condition="double(self.perHour) >= 0.0",
        message="perHour must be 0 or more: write the price of an hour of the stage",
        field="perHour",
    ),
)
_CACHE = (
    Rule(
        condition="!has(self.store)",
        message="a cluster has one store for all experiments: leave `store` out, as `eeipu apply` "
        "does",
        field="store",
    ),
    Rule(
        condition="!has(self.sizeLimit) || (has(oldSelf.sizeLimit) && "
        "quantity(string(self.sizeLimit)).compareTo(quantity(string(oldSelf.sizeLimit))) >= 0)",
        message="sizeLimit may only rise: take the change back, or raise it",
        field="sizeLimit",
    ),
    *_updates(models.Cache, free={"store", "sizeLimit", "deletionPolicy"}),
)
_EXPERIMENT = (
    Rule(
        condition="size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",
        message="a name has 63 characters at most, and no dot: shorten it",
        field="metadata.name",
    ),
)

RULES: Mapping[type[models.Node], tuple[Rule, ...]] = {
    models.TuningExperiment: _EXPERIMENT,
    models.Spec: _SPEC,
    models.PipelineSource: (*_PIPELINE, _one_of(models.PipelineSource, local={"path", "function"})),
    models.SearchSpace: (_one_of(models.SearchSpace),),
    models.Uniform: _UNIFORM,
    models.LogUniform: _LOG_UNIFORM,
    models.Budget: (_one_of(models.Budget), *_BUDGET),
    models.Money: _MONEY,
    models.Price: _PRICE,
    models.Cache: _CACHE,
}
"""The rules of each object of an experiment."""
