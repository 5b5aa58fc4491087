import pytest

from eeipu_kfp.controller.settings import read_settings
from eeipu_kfp.errors import InvalidValueError

NEEDED = {
    "EEIPU_S3_ENDPOINT": "http://minio:9000",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def settings(**changes):
    return read_settings({**NEEDED, **changes}, identity="me")


def test_what_is_not_set_has_a_default():
    found = settings()

    assert found.namespaces == ()
    assert found.bucket.bucket == "mlpipeline"
    assert found.bucket.prefix == "eeipu"
    assert found.bucket.scheme == "minio"
    assert found.kfp_token_path is None
    assert found.workers == 2
    assert not found.serves_page


def test_an_empty_variable_counts_as_not_set():
    found = settings(EEIPU_NAMESPACES="", EEIPU_S3_REGION="", EEIPU_KFP_TOKEN_PATH=" ")

    assert found.namespaces == ()
    assert found.bucket.region is None
    assert found.kfp_token_path is None


def test_the_page_is_served_where_it_is_asked_for():
    found = settings(EEIPU_UI="true", EEIPU_UI_PIPELINES_URL="https://kfp.example/pipeline/")

    assert found.serves_page
    assert found.pipelines_url == "https://kfp.example/pipeline"


def test_namespaces_are_named_once_each():
    assert settings(EEIPU_NAMESPACES="a, b,a,").namespaces == ("a", "b")


@pytest.mark.parametrize("name", NEEDED)
def test_what_has_no_default_must_be_set(name):
    with pytest.raises(InvalidValueError, match=f"{name} is not set"):
        settings(**{name: ""})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("EEIPU_S3_ENDPOINT", "minio:9000", "http://"),
        ("EEIPU_KFP_URL", "ml-pipeline", "http://"),
        ("EEIPU_S3_SCHEME", "gs", "minio, s3"),
        ("EEIPU_LOG_FORMAT", "xml", "json, plain, full"),
        ("EEIPU_UI", "yes", "true, false"),
        ("EEIPU_UI_PIPELINES_URL", "kfp.example", "https://"),
        ("EEIPU_WORKERS", "0", "from 1 to 64"),
        ("EEIPU_WORKERS", "many", "from 1 to 64"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name, value, told):
    with pytest.raises(InvalidValueError, match=name) as raised:
        settings(**{name: value})

    assert told in raised.value.message
    assert value in raised.value.message


def test_no_key_is_ever_shown():
    assert "secret" not in repr(settings(AWS_SECRET_ACCESS_KEY="secret"))
