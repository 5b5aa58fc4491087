"""The shape of a pipeline: its stages, what each reads and what each follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import InvalidValueError


class ParameterType(StrEnum):
    """What a pipeline input or an output parameter holds, in the words of the KFP IR."""

    STRING = "STRING"
    INTEGER = "NUMBER_INTEGER"
    DOUBLE = "NUMBER_DOUBLE"
    BOOLEAN = "BOOLEAN"
    LIST = "LIST"
    STRUCT = "STRUCT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineInput:
    """An input parameter of the pipeline.

    Attributes:
        name: Its name.
        type: What it holds.
        default: The value where none is given; None where there is no default.
        optional: Whether a run may leave it out.
    """

    name: str
    type: ParameterType
    default: Value | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A top-level task of the pipeline.

    Attributes:
        name: The task's name.
        reads: Pipeline inputs that the stage itself reads, tuned or fixed.
        upstream: Stages that it consumes, or that must end before it.
        output_parameters: The type of each output parameter.
        output_artifacts: The schema title of each output artifact, such as `system.Metrics`.
    """

    name: str
    reads: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    output_parameters: Mapping[str, ParameterType] = field(default_factory=dict)
    output_artifacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Stages in topological order.

    A *prefix* is a set of stages that holds the upstream of each of its members. In a chain the
    prefixes are the first k stages; a branching pipeline has more, and needs no special case.

    Raises:
        InvalidValueError: A stage follows an unknown or a later one, or a name stands twice.
    """

    name: str
    stages: tuple[Stage, ...]
    inputs: tuple[PipelineInput, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for stage in self.stages:
            if stage.name in seen:
                message = f"stage `{stage.name}` stands twice in pipeline `{self.name}`"
                raise InvalidValueError(message)
            late = [name for name in stage.upstream if name not in seen]
            if late:
                message = f"stage `{stage.name}` follows `{late[0]}`, which does not come before it"
                raise InvalidValueError(message)
            seen.add(stage.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The stages' names, in order."""
        return tuple(stage.name for stage in self.stages)

    def stage(self, name: str) -> Stage:
        """Return a stage by name; KeyError if there is none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return all stages that a stage rests on, in order, without itself."""
        found = {name}
        for stage in reversed(self.stages):
            if stage.name in found:
                found.update(stage.upstream)
        return tuple(stage for stage in self.names if stage in found and stage != name)

    def descendants(self, name: str) -> tuple[str, ...]:
        """Return all stages that rest on a stage, in order, without itself."""
        found = {name}
        for stage in self.stages:
            if found.intersection(stage.upstream):
                found.add(stage.name)
        return tuple(stage for stage in self.names if stage in found and stage != name)

    def determinants(self, name: str) -> tuple[str, ...]:
        """Return the pipeline inputs that decide a stage's output: its own and its ancestors'."""
        return self.inputs_of((*self.ancestors(name), name))

    def inputs_of(self, stages: Iterable[str]) -> tuple[str, ...]:
        """Return the pipeline inputs that any of these stages reads, in order of first use."""
        chosen = set(stages)
        reads = (name for stage in self.stages if stage.name in chosen for name in stage.reads)
        return tuple(dict.fromkeys(reads))

    def to_run(self, cached: Collection[str]) -> tuple[str, ...]:
        """Return the stages that must run, in order, given those whose outputs are cached.

        A stage without a cached output may still be left out: where everything that consumes it
        is cached, or left out itself.
        """
        needed: set[str] = set()
        for name in reversed(self.names):
            consumers = [stage.name for stage in self.stages if name in stage.upstream]
            wanted = not consumers or not needed.isdisjoint(consumers)
            if wanted and name not in cached:
                needed.add(name)
        return tuple(name for name in self.names if name in needed)

    def input(self, name: str) -> PipelineInput | None:
        """Return an input by name; None if there is none."""
        return next((found for found in self.inputs if found.name == name), None)

    def owner(self, parameter: str) -> str | None:
        """Return the first stage that reads a pipeline input; None where none does."""
        return next((stage.name for stage in self.stages if parameter in stage.reads), None)

    def prefixes(self) -> tuple[tuple[str, ...], ...]:
        """Return the prefixes worth starting from, shortest first, without the empty and the whole.

        For each stage: what it rests on and itself, and all that a change of it leaves alone.
        In a chain of K stages these are the K - 1 proper prefixes.
        """
        everything = set(self.names)
        found: dict[tuple[str, ...], None] = {}
        for name in self.names:
            rests_on = {*self.ancestors(name), name}
            left_alone = everything - {*self.descendants(name), name}
            for chosen in (rests_on, left_alone):
                if chosen and chosen != everything:
                    found[tuple(stage for stage in self.names if stage in chosen)] = None
        return tuple(sorted(found, key=len))
