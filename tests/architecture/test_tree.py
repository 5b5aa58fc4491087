from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "eeipu_kfp"
UNIT = ROOT / "tests" / "unit"


def modules() -> set[Path]:
    found = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return {path for path in found if path.name != "__init__.py"}


def benchmarks() -> set[Path]:
    return {path.relative_to(ROOT) for path in (ROOT / "benchmarks").rglob("*.py")}


def modules_with_tests() -> set[Path]:
    found = (path.relative_to(UNIT) for path in UNIT.rglob("test_*.py"))
    return {path.with_name(path.name.removeprefix("test_")) for path in found}


def test_every_module_has_its_unit_tests():
    assert sorted(map(str, modules() - modules_with_tests())) == []


def test_every_unit_test_has_its_module():
    assert sorted(map(str, modules_with_tests() - modules() - benchmarks())) == []


def test_no_module_is_longer_than_400_lines():
    sources = [
        path
        for folder in ("benchmarks", "components", "eeipu_kfp", "tests")
        for path in (ROOT / folder).rglob("*.py")
    ]

    lines = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in sources}

    assert lines
    assert {path: count for path, count in lines.items() if count > 400} == {}
