import pytest

from eeipu_kfp.controller.resource import FINALIZER, read_resource
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.launchers import Promise, WhenGone
from tests.unit.controller.samples import resource


def test_the_folder_tells_experiments_of_one_name_apart():
    assert resource(uid="aaaaaaaa-1").folder == "small-aaaaaaaa"
    assert resource(uid="bbbbbbbb-1").folder == "small-bbbbbbbb"


def test_a_resource_that_is_deleted_says_when():
    assert resource().deleted_at is None
    assert resource(deletionTimestamp="1970-01-01T00:01:00Z").deleted_at == 60.0


def test_what_a_server_leaves_out_is_empty():
    bare = resource()
    body = {name: value for name, value in bare.body.items() if name != "status"}

    found = read_resource(body)

    assert found.status == {}
    assert found.finalizers == ()
    assert not found.is_suspended


def test_the_path_is_where_the_api_server_has_it():
    path = "/apis/eeipu.dev/v1alpha1/namespaces/team/tuningexperiments/small"

    assert resource().path == path
    assert FINALIZER == "eeipu.dev/finalizer"


def test_the_document_is_checked():
    assert resource().document().metadata.name == "small"
    broken = dict(resource().body) | {"spec": {"pipeline": {}}}
    with pytest.raises(SpecError):
        read_resource(broken).document()


def test_what_a_launcher_has_promised_stands_in_the_annotations():
    promise = Promise(until=60.0, when_gone=WhenGone.DELETE)

    assert resource(annotations=promise.annotations).promise == promise
    assert resource().promise is None
