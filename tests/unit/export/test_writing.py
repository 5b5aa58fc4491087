import json

import pytest

from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export import writing
from eeipu_kfp.export.document import read_document
from eeipu_kfp.export.tables import stage_runs_csv, trials_csv
from eeipu_kfp.export.writing import Form, MissingPackageError, write


def test_csv_is_two_files_in_a_folder_that_is_made(contents, tmp_path):
    written = write(contents, Form.CSV, tmp_path / "new" / "tables")

    assert [path.name for path in written] == ["trials.csv", "stage-runs.csv"]
    assert written[0].read_text("utf-8") == trials_csv(contents)
    assert written[1].read_text("utf-8") == stage_runs_csv(contents)


def test_json_is_one_file_that_holds_the_experiment(contents, tmp_path):
    (path,) = write(contents, Form.JSON, tmp_path / "new" / "all.json")

    assert read_document(json.loads(path.read_text("utf-8"))) == contents


def test_optuna_is_one_file(contents, tmp_path):
    (path,) = write(contents, Form.OPTUNA, tmp_path / "new" / "study.log")

    assert path.exists()


def test_files_of_an_earlier_export_are_replaced(contents, tmp_path):
    for form in (Form.CSV, Form.JSON):
        write(contents, form, tmp_path / form.usual_name)
        before = {path: path.read_bytes() for path in tmp_path.iterdir()}
        write(contents, form, tmp_path / form.usual_name)

        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("form", [Form.JSON, Form.OPTUNA])
def test_a_folder_is_no_file(contents, tmp_path, form):
    with pytest.raises(InvalidValueError, match=r"is a folder, but .* is one file"):
        write(contents, form, tmp_path)


@pytest.mark.parametrize("name", ["notes", "trials.csv"])
def test_a_file_is_no_folder(contents, tmp_path, name):
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(InvalidValueError, match=r"`csv` is two files, trials.csv and stage-runs.c"):
        write(contents, Form.CSV, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_without_optuna_it_is_said_how_to_get_it(contents, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "find_spec", lambda _: None)

    with pytest.raises(MissingPackageError, match=r"pip install 'eeipu-kfp\[optuna\]'"):
        write(contents, Form.OPTUNA, tmp_path / "study.db")
    assert list(tmp_path.iterdir()) == []
