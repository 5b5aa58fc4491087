import pytest
from click.testing import CliRunner

from eeipu_kfp.cli import console
from eeipu_kfp.cli.main import eeipu
from eeipu_kfp.errors import EeipuError
from tests.small_pipeline import EXPERIMENT, write
from tests.unit.cluster.fake_cluster import FakeConnection


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that commands run in, with a compiled pipeline and an experiment in it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path


@pytest.fixture
def rewrite(folder):
    """Replace words of the experiment."""

    def change(*changes):
        text = EXPERIMENT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "experiment.yaml").write_text(text)

    return change


@pytest.fixture
def call(folder):
    """Give a command in the folder; return what it printed, or let its error through."""

    def invoke(*words, code=0):
        console.out.cache_clear()
        console.err.cache_clear()
        result = CliRunner().invoke(eeipu, [str(word) for word in words])
        console.out.cache_clear()
        console.err.cache_clear()
        if isinstance(result.exception, EeipuError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def cluster(monkeypatch):
    """A cluster with the answers that a test lays out; its context's namespace is `team`."""
    connection = FakeConnection({})
    monkeypatch.setattr("eeipu_kfp.cluster.opening.connect", lambda *_: connection)
    return connection


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen whenever a command waits, in place of the waiting."""

    def happen(*deeds):
        left = list(deeds)
        monkeypatch.setattr("eeipu_kfp.cli.remote.time.sleep", lambda _: left.pop(0)())

    return happen
