"""The `TuningExperiment` document: what may stand where, and what it means.

The words under each field are its description in the schema that Kubernetes shows.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from eeipu_kfp.core.budget import Counted
from eeipu_kfp.core.objective import Direction
from eeipu_kfp.experiment import fields

API_VERSION = "eeipu.dev/v1alpha1"
KIND = "TuningExperiment"
EXACTLY_ONE = "exactly_one"
DUPLICATE_NAME = "duplicate_name"


class Node(BaseModel):
    """A mapping of the document, in the spelling of Kubernetes; closed, and never changed."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


class OneOf(Node):
    """A mapping in which exactly one of the fields that are unset by default is set."""

    @classmethod
    def alternatives(cls) -> tuple[str, ...]:
        """Return the names of the fields that exclude each other."""
        return tuple(name for name, known in cls.model_fields.items() if known.default is None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        found = [name for name in self.alternatives() if getattr(self, name) is not None]
        if len(found) != 1:
            raise PydanticCustomError(EXACTLY_ONE, "{count} are set", {"count": len(found)})
        return self


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Item = TypeVar("_Item", bound=_Named)


def _unique(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    names = [item.name for item in items]
    for place, name in enumerate(names):
        first = names.index(name)
        if first != place:
            context = {"name": name, "place": place, "first": first}
            raise PydanticCustomError(DUPLICATE_NAME, "{name} stands twice", context)
    return items


class Uniform(Node):
    """Values that lie evenly between two bounds."""

    min: fields.NumberText
    """min is the smallest value, bounds included; required."""
    max: fields.NumberText
    """max is the largest value, bounds included; required."""
    step: fields.NumberText | None = None
    """step is the distance between neighbouring values, counted from min; unset, every number
    between the bounds is allowed, or every whole number where the pipeline input is whole."""


class LogUniform(Node):
    """Values whose logarithms lie evenly between two bounds."""

    min: fields.NumberText
    """min is the smallest value, above 0, bounds included; required."""
    max: fields.NumberText
    """max is the largest value, bounds included; required."""


class Categorical(Node):
    """A few values without an order."""

    choices: Annotated[tuple[fields.ValueText, ...], Field(min_length=1, max_length=100)]
    """choices are the values that may be tried, each read by the type of the pipeline input (JSON
    for lists and structs); required."""


class Boolean(Node):
    """True or false; has no fields."""


class SearchSpace(OneOf):
    """Where the values of a parameter come from; exactly one kind."""

    uniform: Uniform | None = None
    """uniform is a range whose values are equally likely; unset unless it is the kind chosen."""
    log_uniform: LogUniform | None = None
    """logUniform is a range over which orders of magnitude are equally likely; unset unless it is
    the kind chosen."""
    categorical: Categorical | None = None
    """categorical is a list of choices; unset unless it is the kind chosen."""
    boolean: Boolean | None = None
    """boolean, written `{}`, is true or false; unset unless it is the kind chosen."""


class Parameter(Node):
    """A pipeline input that is tuned."""

    name: fields.Name
    """name is the name of the pipeline input; required."""
    search_space: SearchSpace
    """searchSpace is where its values come from; required."""


class Argument(Node):
    """A pipeline input with a fixed value."""

    name: fields.Name
    """name is the name of the pipeline input; required."""
    value: fields.ValueText
    """value is text that is read by the type of the pipeline input: as it stands for strings, as
    JSON for lists, structs, numbers and booleans; required."""


class ConfigMapRef(Node):
    """A key of a ConfigMap beside the experiment."""

    name: fields.DnsLabel
    """name is the name of the ConfigMap; required."""
    key: fields.Name
    """key is the key that holds the compiled pipeline; required."""


class Registered(Node):
    """A version of a pipeline that Kubeflow Pipelines knows."""

    name: fields.Name
    """name is the name of the pipeline; required."""
    version: fields.Name
    """version is the name of the pipeline version; required."""


class PipelineSource(OneOf):
    """Where the compiled pipeline comes from; exactly one source."""

    path: fields.Location | None = None
    """path is a file with a compiled pipeline, relative to this document, on this machine only;
    unset unless it is the source chosen."""
    function: fields.FunctionName | None = None
    """function is a Python pipeline function as `module:name`, on this machine only; unset unless
    it is the source chosen."""
    inline: fields.Document | None = None
    """inline is the text of a compiled pipeline; unset unless it is the source chosen."""
    config_map_ref: ConfigMapRef | None = None
    """configMapRef is a ConfigMap with a compiled pipeline, on a cluster only; unset unless it is
    the source chosen."""
    registered: Registered | None = None
    """registered is a pipeline version in Kubeflow Pipelines, on a cluster only; unset unless it is
    the source chosen."""


class Objective(Node):
    """The one number that tuning improves."""

    metric: fields.Metric
    """metric is `stage.output` for an output parameter, or `stage.artifact.key` for a value in a
    Metrics artifact; required."""
    direction: Direction
    """direction is `Maximize` or `Minimize`; required."""
    goal: fields.NumberText | None = None
    """goal is a value of the metric at which tuning stops; unset, the whole budget is used."""


class Price(Node):
    """What an hour of a stage costs."""

    name: fields.Name
    """name is the name of the stage; required."""
    per_hour: fields.NumberText
    """perHour is the price of an hour of its time, 0 or more; required."""


Prices: TypeAlias = Annotated[
    tuple[Price, ...], Field(min_length=1, max_length=100), AfterValidator(_unique)
]


class Money(Node):
    """A budget in money."""

    amount: fields.NumberText
    """amount is what the stages may cost together, above 0; required."""
    prices: Prices
    """prices are what an hour of each stage costs, one for every stage; required."""
    currency: fields.Currency = "money"
    """currency is what amounts are called in messages and reports, such as `EUR`; default
    `money`."""


class Budget(OneOf):
    """What the experiment may spend; a stage whose output is reused costs nearly nothing."""

    seconds: fields.Seconds | None = None
    """seconds is the time that the stages may take together; unset where the budget is in money."""
    money: Money | None = None
    """money is what the stages may cost together; unset where the budget is in seconds."""
    counts: Counted = Counted.COMPUTE
    """counts is the time of a stage that is charged: `Compute` (default), or `ComputeAndOverhead`,
    which adds start-up, transfer and waiting for a node."""


class Algorithm(Node):
    """How the search chooses."""

    name: Literal["eeipu", "eeipu-published", "ei", "eips", "carbo", "lambo", "pbgi", "random"] = (
        "eeipu"
    )
    """name is `eeipu` (default), `eeipu-published` (as in the paper), `ei` (blind to costs), one of
    its rivals `eips`, `carbo`, `lambo` and `pbgi`, or `random`."""
    seed: fields.Seed = 0
    """seed fixes every random choice; default 0."""
    warm_up_trials: fields.Count | None = None
    """warmUpTrials is the number of trials before the models are trusted; unset, the algorithm
    decides."""


class Directory(Node):
    """A folder as the store of a cache."""

    path: fields.Location
    """path is the folder, relative to this document; required."""


class S3(Node):
    """A bucket of MinIO or any other S3 server, with credentials from the environment."""

    endpoint: fields.Endpoint
    """endpoint is the URL of the server, such as `http://minio:9000`; required."""
    bucket: fields.Bucket
    """bucket is the name of the bucket; required."""
    prefix: fields.ShortText = ""
    """prefix begins the name of every object; default empty."""
    region: fields.ShortText | None = None
    """region is where the bucket is; unset, the server is asked."""


class Store(OneOf):
    """Where a cache keeps its entries; exactly one kind."""

    directory: Directory | None = None
    """directory is a folder on this machine; unset unless it is the kind chosen."""
    s3: S3 | None = None
    """s3 is a bucket of MinIO or any other S3 server; unset unless it is the kind chosen."""


class Cache(Node):
    """How stage outputs are kept."""

    salt: fields.ShortText = ""
    """salt is any text; another one makes every stage run afresh; default empty."""
    size_limit: fields.SizeText | None = None
    """sizeLimit is what the cache may hold, such as `10Gi`; unset, there is no limit."""
    store: Store | None = None
    """store is where the outputs are kept, on this machine only, since a cluster has one store for
    all experiments; unset, they lie beside the results."""
    deletion_policy: Literal["Retain", "Delete"] = "Retain"
    """deletionPolicy is what becomes of stage outputs and records when the experiment is deleted,
    on a cluster only: `Retain` (default) keeps them for experiments to come, `Delete` deletes
    them."""


Parameters: TypeAlias = Annotated[
    tuple[Parameter, ...], Field(min_length=1, max_length=100), AfterValidator(_unique)
]
Arguments: TypeAlias = Annotated[
    tuple[Argument, ...], Field(max_length=200), AfterValidator(_unique)
]


class Spec(Node):
    """What is asked for."""

    pipeline: PipelineSource
    """pipeline is where the compiled pipeline comes from; required."""
    objective: Objective
    """objective is what to improve; required."""
    parameters: Parameters
    """parameters are the pipeline inputs that are tuned; required."""
    arguments: Arguments = ()
    """arguments are the pipeline inputs with a fixed value; default none, so that the defaults of
    the pipeline hold."""
    budget: Budget
    """budget is what the experiment may spend; required."""
    algorithm: Algorithm = Algorithm()
    """algorithm is how the search chooses; default `eeipu` with seed 0."""
    max_trials: fields.Count | None = None
    """maxTrials is the number of trials after which the experiment ends; unset, the budget alone
    decides."""
    parallel_trials: fields.Parallelism = 1
    """parallelTrials is the number of trials that may run at once; default 1."""
    max_failed_trials: fields.Count = 5
    """maxFailedTrials is the number of failed trials after which the experiment fails;
    default 5."""
    stage_timeout_seconds: fields.Seconds | None = None
    """stageTimeoutSeconds is when a stage counts as hanging and is stopped; unset, never."""
    cache: Cache = Cache()
    """cache is how stage outputs are kept; default without salt or limit, beside the results."""
    suspend: fields.Switch = False
    """suspend holds back new trials, on a cluster only; default false."""
    ttl_seconds_after_finished: fields.Delay | None = None
    """ttlSecondsAfterFinished is how long a finished experiment is kept, on a cluster only; unset,
    until it is deleted."""


class Metadata(Node):
    """What Kubernetes knows the experiment by."""

    name: fields.DnsLabel
    """name is what the experiment is called; required."""
    namespace: fields.DnsLabel | None = None
    """namespace is where it lives on a cluster; unset, the current one."""
    labels: dict[str, str] = {}
    """labels sort experiments into groups; default none."""
    annotations: dict[str, str] = {}
    """annotations hold notes; default none."""


class TuningExperiment(Node):
    """One tuning campaign of a compiled pipeline."""

    api_version: Literal["eeipu.dev/v1alpha1"]
    """apiVersion is `eeipu.dev/v1alpha1`; required."""
    kind: Literal["TuningExperiment"]
    """kind is `TuningExperiment`; required."""
    metadata: Metadata
    """metadata is what Kubernetes knows the experiment by; required."""
    spec: Spec
    """spec is what is asked for; required."""
