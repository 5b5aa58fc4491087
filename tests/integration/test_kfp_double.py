"""The double tells what a real Kubeflow Pipelines 2.17 was seen to tell, and fails as told."""

import json
import math
from collections.abc import Iterator, Mapping
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import grpc
import kfp_server_api
import pytest
import yaml
from kfp import dsl
from kfp.dsl import Dataset, Input

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.ports import ObjectInfo, ObjectStore
from eeipu_kfp.errors import StoreError
from tests.contracts.local_pipelines import compiled, whole
from tests.kfp_double.faults import METADATA, Fault, Kind
from tests.kfp_double.instant import InstantStages
from tests.kfp_double.runs import Mishap
from tests.kfp_double.world import World, ask, served

_RUNNING, _COMPLETE, _FAILED = 2, 3, 4
_INPUT, _OUTPUT = 3, 4


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def look(data: Input[Dataset]) -> str:
    with open(data.path) as file:  # noqa: PTH123  # a component imports nothing here
        return f"{file.read()} {sorted(data.metadata.items())}"


@dsl.pipeline(name="looking")
def looking(uri: str) -> None:
    metadata = {"rows": 3, "ready": True, "names": ["a"], "deep": {"a": 1}}
    data = dsl.importer(artifact_uri=uri, artifact_class=Dataset, metadata=metadata)
    look(data=data.output)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def instant(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path, instant=InstantStages()) as world:
        yield world


def states_of(run: Mapping[str, Any]) -> dict[str, str | None]:
    return {e["display_name"]: e.get("state") for e in run["run_details"]["task_details"]}


def test_a_run_goes_from_pending_to_succeeded_with_every_task_twice(world: World) -> None:
    run = world.ended(world.submit())

    assert [entry["state"] for entry in run["state_history"]] == ["PENDING", "RUNNING", "SUCCEEDED"]
    states = states_of(run)
    assert {states[name] for name in ("train", "train(0)", "train-driver", "root(0)")} == {
        "SUCCEEDED"
    }
    assert len(run["run_details"]["task_details"]) == 24


def test_the_api_hears_of_a_workflow_a_moment_later(tmp_path: Path) -> None:
    with served(tmp_path, lag_seconds=3600.0) as world:
        run = world.run(world.submit(), "PENDING")

        assert "run_details" not in run
        assert run["finished_at"] == "1970-01-01T00:00:00Z"


def test_the_sdk_understands_what_the_api_says(world: World) -> None:
    client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host=world.double.url))
    run_id = world.ended(world.submit())["run_id"]

    run = kfp_server_api.RunServiceApi(client).run_service_get_run(run_id)
    listed = kfp_server_api.RunServiceApi(client).run_service_list_runs(
        experiment_id=world.experiment
    )

    assert run.state == "SUCCEEDED"
    assert run.created_at <= run.finished_at
    assert run.run_details.task_details[0].end_time >= run.created_at
    assert run_id in [found.run_id for found in listed.runs]


def test_the_metadata_know_inputs_outputs_and_artifacts(world: World) -> None:
    run = world.ended(world.submit(rate=0.25))

    found = world.metadata(run["run_id"])

    assert found.tasks[""].last_known_state == _RUNNING
    train = found.tasks["train"]
    assert (train.type, train.last_known_state) == ("system.ContainerExecution", _COMPLETE)
    assert train.custom_properties["inputs"].struct_value["rows"] == 3.0
    assert train.custom_properties["outputs"].struct_value["Output"] == 0.75
    assert train.create_time_since_epoch < train.last_update_time_since_epoch
    model = found.linked("train", _OUTPUT)["model"]
    assert found.linked("evaluate", _INPUT)["model"].id == model.id
    assert model.type == "system.Dataset"
    assert model.custom_properties["rows"].double_value == 3.0
    assert set(model.custom_properties) == {"rows", "display_name", "store_session_info"}


def test_artifacts_and_logs_are_in_the_bucket_below_the_pipeline_root(world: World) -> None:
    run_id = world.ended(world.submit())["run_id"]

    outputs = world.metadata(run_id).linked("train", _OUTPUT)

    root = world.double.bucket.uri(f"runs/three-stages/{run_id}/train/")
    names = {name: world.double.bucket.name_of(found.uri) for name, found in outputs.items()}
    assert all(found.uri.startswith(root) for found in outputs.values())
    assert world.double.bucket.get(names["model"] or "") == b"model"
    assert b"train begins" in world.double.bucket.get(names["executor-logs"] or "")


def test_a_failing_stage_leaves_its_log_and_omits_what_follows(world: World) -> None:
    run = world.ended(world.submit(trouble="train:raise"))

    found = world.metadata(run["run_id"])
    states = states_of(run)
    log = world.double.bucket.name_of(found.linked("train", _OUTPUT)["executor-logs"].uri)
    assert (run["state"], states["train"], states["evaluate"]) == ("FAILED", "FAILED", None)
    assert found.tasks["train"].last_known_state == _FAILED
    assert "outputs" not in found.tasks["train"].custom_properties
    assert b"ValueError: no luck" in world.double.bucket.get(log or "")
    assert "evaluate" not in found.tasks


def test_a_terminated_run_fails_and_its_stage_runs_for_ever(world: World) -> None:
    run_id = world.submit(gate=f"train:{world.folder / 'gate'}")
    world.wait(lambda: "train" in world.metadata(run_id).tasks)

    world.ask("POST", f"runs/{run_id}:terminate")
    run = world.ended(run_id)

    assert run["state"] == "FAILED"
    assert "CANCELING" in [entry["state"] for entry in run["state_history"]]
    found = world.metadata(run_id)
    assert found.tasks["prepare"].last_known_state == _COMPLETE
    assert found.tasks["train"].last_known_state == _RUNNING
    assert found.linked("train", _OUTPUT) == {}
    with pytest.raises(HTTPError, match="400"):
        world.ask("POST", f"runs/{run_id}:terminate")


def test_a_consumer_sees_imported_metadata_as_kfp_hands_them_on(world: World) -> None:
    world.double.bucket.put("kept/data", b"content")
    uri = world.double.bucket.uri("kept/data")
    spec = world.submission(compiled(looking), uri=uri)

    runs = [world.ask("POST", "runs", spec)["run_id"] for _ in range(2)]
    for run_id in runs:
        world.ended(run_id)

    first, second = (world.metadata(run_id) for run_id in runs)
    seen = first.tasks["look"].custom_properties["outputs"].struct_value["Output"]
    assert seen.startswith("content [('deep', {'struct': {'a': 1.0}}), ('names', {'list': ['a']})")
    assert "('ready', 1.0)" in seen
    assert "store_session_info" in seen
    imported = first.linked("importer", _OUTPUT)["artifact"]
    assert (imported.uri, imported.type) == (uri, "system.Dataset")
    assert second.linked("importer", _OUTPUT)["artifact"].id == imported.id


def test_a_deleted_object_fails_its_consumer_and_not_the_importer(world: World) -> None:
    uri = world.double.bucket.uri("kept/gone")

    run = world.ask("POST", "runs", world.submission(compiled(looking), uri=uri))
    states = states_of(world.ended(run["run_id"]))

    assert (states["importer"], states["look"]) == ("SUCCEEDED", "FAILED")
    logs = world.metadata(run["run_id"]).linked("look", _OUTPUT)["executor-logs"]
    text = world.double.bucket.get(world.double.bucket.name_of(logs.uri) or "")
    assert b"FileNotFoundError" in text
    assert b"'/minio/mlpipeline/kept/gone'" in text


def test_a_stage_out_of_memory_is_told_by_its_pod_alone(world: World) -> None:
    world.double.faults.strike("train", Mishap.OOM)

    run = world.ended(world.submit())
    again = world.ended(world.submit())

    main = world.double.pods(run["run_id"])[1]["status"]["containerStatuses"][0]
    ended = main["state"]["terminated"]
    assert (run["state"], again["state"]) == ("FAILED", "SUCCEEDED")
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    found = world.metadata(run["run_id"])
    assert found.tasks["train"].last_known_state == _RUNNING
    assert found.linked("train", _OUTPUT) == {}


def test_a_stage_without_a_node_waits_until_its_run_is_terminated(world: World) -> None:
    world.double.faults.strike("prepare", Mishap.UNSCHEDULABLE)
    run_id = world.submit()
    (pod,) = world.wait(lambda: world.double.pods(run_id))

    world.ask("POST", f"runs/{run_id}:terminate")

    assert pod["status"]["phase"] == "Pending"
    assert pod["status"]["conditions"][0]["reason"] == "Unschedulable"
    assert world.ended(run_id)["state"] == "FAILED"


@pytest.mark.parametrize("status", [500, 503])
def test_a_refused_request_changes_nothing(instant: World, status: int) -> None:
    instant.double.faults.next(Fault(kind=Kind.REFUSE, route="create_run", times=2, status=status))

    for _ in range(2):
        with pytest.raises(HTTPError, match=str(status)):
            instant.submit()

    assert instant.double.runs == ()
    assert instant.submit() == instant.double.runs[0].id


def test_a_lost_answer_leaves_a_run(instant: World) -> None:
    instant.double.faults.next(Fault(kind=Kind.LOSE, route="create_run"))

    with pytest.raises(RemoteDisconnected):
        instant.submit()

    assert len(instant.double.runs) == 1


def test_a_request_that_hangs_is_never_done(instant: World) -> None:
    instant.double.faults.next(Fault(kind=Kind.HANG, route="create_experiment"))

    with pytest.raises(TimeoutError):
        instant.ask("POST", "experiments", {"display_name": "new"}, timeout=0.05)

    assert len(instant.ask("GET", "experiments")["experiments"]) == 1


def test_a_backend_that_is_away_comes_back(instant: World) -> None:
    instant.double.leave(0.2)

    with pytest.raises(URLError, match="refused"):
        instant.submit()

    def is_back() -> bool:
        try:
            return bool(instant.ask("GET", "healthz"))
        except URLError:
            return False

    assert instant.wait(is_back)


def test_metadata_may_be_away(instant: World) -> None:
    run_id = instant.submit()
    instant.double.faults.next(Fault(kind=Kind.REFUSE, route=METADATA))

    with pytest.raises(grpc.RpcError) as refused:
        instant.metadata(run_id)

    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "train" in instant.metadata(run_id).tasks


def test_orders_come_over_http(instant: World) -> None:
    run_id = instant.submit()
    url = f"{instant.double.url}/double/faults"

    ask(url, "POST", {"kind": "refuse", "route": "get_run", "status": 500}, 10.0)
    ask(url, "POST", {"kind": "strike", "stage": "train", "mishap": "OOMKilled"}, 10.0)
    with pytest.raises(HTTPError, match="500"):
        instant.run(run_id)
    ask(url, "POST", {"kind": "delete", "run": run_id}, 10.0)

    with pytest.raises(HTTPError, match="404"):
        instant.run(run_id)
    assert instant.ended(instant.submit())["state"] == "FAILED"
    with pytest.raises(HTTPError, match="400"):
        ask(url, "POST", {"kind": "explode"}, 10.0)
    assert instant.metadata(run_id).tasks["train"].last_known_state == _COMPLETE


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"display_name": ""}, 500, "Run name cannot be empty"),
        ({"pipeline_spec": {}}, 500, "pipeline spec is invalid"),
        ({"experiment_id": "other"}, 404, "Experiment other not found"),
        ({"runtime_config": {}}, 400, "journal is not optional"),
        ({"runtime_config": {"parameters": {"journal": 3}}}, 400, "requires type STRING"),
        ({"runtime_config": {"parameters": {"journal": "", "x": 3}}}, 400, "pipeline: x"),
    ],
    ids=["no-name", "no-pipeline", "no-experiment", "no-argument", "wrong-type", "unknown"],
)
def test_a_bad_submission_is_refused(
    instant: World, change: dict[str, Any], status: int, reason: str
) -> None:
    with pytest.raises(HTTPError) as refused:
        instant.ask("POST", "runs", {**instant.submission(compiled(whole)), **change})

    document = json.loads(refused.value.read())
    assert refused.value.code == status
    assert document["code"] == {400: 3, 404: 5, 500: 13}[status]
    assert reason in document["message"]


def test_runs_are_found_by_name_and_listed_in_pages(instant: World) -> None:
    ids = [instant.submit() for _ in range(5)]
    name = instant.double.runs[3].name
    predicate = {"operation": "EQUALS", "key": "display_name", "string_value": name}
    wanted = json.dumps({"predicates": [predicate]}).replace('"', "%22").replace(" ", "")

    found = instant.ask("GET", f"runs?experiment_id={instant.experiment}&filter={wanted}")
    first = instant.ask("GET", "runs?page_size=3&sort_by=created_at%20desc")
    token = first["next_page_token"]
    rest = instant.ask("GET", f"runs?page_size=3&sort_by=created_at%20desc&page_token={token}")

    assert [run["run_id"] for run in found["runs"]] == [ids[3]]
    listed = [run["run_id"] for page in (first, rest) for run in page["runs"]]
    assert listed == ids[::-1]
    assert "next_page_token" not in rest
    assert instant.ask("GET", "runs?experiment_id=other") == {}


def test_an_experiment_is_made_once(instant: World) -> None:
    with pytest.raises(HTTPError, match="409"):
        instant.ask("POST", "experiments", {"display_name": "tuning"})


def test_an_uploaded_pipeline_can_be_read_and_run(instant: World, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yaml"
    file.write_text(yaml.safe_dump(compiled(whole)))
    client = kfp_server_api.ApiClient(kfp_server_api.Configuration(host=instant.double.url))
    uploads = kfp_server_api.PipelineUploadServiceApi(client)

    made = uploads.upload_pipeline(str(file), name="three")
    uploads.upload_pipeline_version(str(file), name="v2", pipelineid=made.pipeline_id)

    pipeline = instant.ask("GET", "pipelines/names/three")["pipeline_id"]
    versions = instant.ask("GET", f"pipelines/{pipeline}/versions")["pipeline_versions"]
    assert [version["display_name"] for version in versions] == ["v2", "three"]
    assert load_pipeline(versions[0]["pipeline_spec"]).shape.names == (
        "prepare",
        "train",
        "evaluate",
    )
    names = {key: versions[0][key] for key in ("pipeline_id", "pipeline_version_id")}
    body = {**instant.submission({}, journal=""), "pipeline_version_reference": names}
    assert instant.ended(instant.ask("POST", "runs", body)["run_id"])["state"] == "SUCCEEDED"


def test_instant_stages_put_out_what_a_function_says(tmp_path: Path) -> None:
    stages = InstantStages(
        value=lambda _, arguments: arguments["rate"],
        seconds=lambda stage, _: 60.0 if stage == "prepare" else 0.5,
    )
    with served(tmp_path, instant=stages) as world:
        run = world.ended(world.submit(rate=0.125))
        failed = world.ended(world.submit(rate=math.nan))
        found = world.metadata(run["run_id"])
        content = world.double.bucket.get(
            world.double.bucket.name_of(found.linked("train", _OUTPUT)["model"].uri) or ""
        )

    times = found.tasks["prepare"]
    milliseconds = times.last_update_time_since_epoch - times.create_time_since_epoch
    assert (run["state"], failed["state"]) == ("SUCCEEDED", "FAILED")
    assert found.tasks["evaluate"].custom_properties["outputs"].struct_value["Output"] == 0.125
    assert milliseconds == 60_000
    assert content == b"small"


def test_a_stage_fails_that_cannot_be_uploaded(tmp_path: Path) -> None:
    class FullStore(MemoryStore):
        def put_file(self, name: str, path: Path) -> ObjectInfo:
            message = f"no place for `{name}`"
            raise StoreError(message)

    with served(tmp_path, store=FullStore()) as world:
        run = world.ended(world.submit())
        found = world.metadata(run["run_id"])

    assert states_of(run)["prepare"] == "FAILED"
    assert found.tasks["prepare"].last_known_state == _FAILED
    assert "train" not in found.tasks


@pytest.mark.minio
def test_the_bucket_may_be_one_of_minio(tmp_path: Path, minio_store: ObjectStore) -> None:
    with served(tmp_path, store=minio_store) as world:
        run_id = world.ended(world.submit())["run_id"]
        uri = world.metadata(run_id).linked("train", _OUTPUT)["model"].uri
        name = world.double.bucket.name_of(uri) or ""

    assert minio_store.get(name) == b"model"
