"""Where the texts and their summaries come from."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator


def is_public(name: str) -> bool:
    """Tell whether every installation has a folder or file of that name in its library.

    What distributions leave out, and what begins with an underscore, is not counted.
    """
    left_out = {
        *("site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3", "turtledemo"),
        *("tkinter", "ensurepip", "distutils", "pydoc_data"),
    }
    is_private = name.startswith("_") and name != "__init__.py"
    return not is_private and name not in left_out and "-" not in name


def public_sources(library: str) -> "Iterator[str]":
    """Yield the paths of a library's public modules, always in the same order."""
    import os

    for folder, folders, files in os.walk(library):
        folders[:] = sorted(filter(is_public, folders))
        for name in sorted(filter(is_public, files)):
            if name.endswith(".py"):
                yield f"{folder}/{name}"


def public_functions(
    body: "list[ast.stmt]",
) -> "Iterator[ast.FunctionDef | ast.AsyncFunctionDef]":
    """Yield the functions of a module and the methods of its classes."""
    import ast

    for node in body:
        name = getattr(node, "name", "_")
        if isinstance(node, ast.ClassDef) and not name.startswith("_"):
            yield from public_functions(node.body)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not name.startswith("_"):
            yield node


def docstring_pairs() -> list[tuple[str, str]]:
    """Read the docstrings of the standard library's public functions.

    The sources are parsed and not imported. The same version of Python has the same pairs, in the
    same order; another version, or a vendor's patches, has others.

    Returns:
        Of each function with a one-line summary and more to say (PEP 257): the whole docstring,
        and the summary.
    """
    import ast
    import sysconfig
    import tokenize

    pairs: dict[str, str] = {}
    for path in public_sources(sysconfig.get_path("stdlib")):
        with tokenize.open(path) as source:
            module = ast.parse(source.read())
        for function in public_functions(module.body):
            docstring = ast.get_docstring(function) or ""
            summary, _, rest = docstring.partition("\n\n")
            if rest.strip() and "\n" not in summary:
                pairs.setdefault(" ".join(docstring.split()), summary.strip())
    return list(pairs.items())


def read_text(address: str) -> str:
    """Return what a path, or a URI that begins with `file:`, `http:` or `https:`, holds."""
    from pathlib import Path
    from urllib.request import urlopen

    if address.startswith(("file:", "http:", "https:")):
        with urlopen(address) as response:  # noqa: S310  # the schemes are checked above
            content: str = response.read().decode()
            return content
    return Path(address).read_text(encoding="utf-8")


def jsonl_pairs(address: str, text_field: str, summary_field: str) -> list[tuple[str, str]]:
    """Read a file with a JSON object on every line.

    Args:
        address: A path, or a URI that begins with `file:`, `http:` or `https:`.
        text_field: The field that holds a text.
        summary_field: The field that holds its summary.

    Raises:
        ValueError: A line lacks one of the fields.
    """
    import json

    pairs = []
    for number, line in enumerate(read_text(address).split("\n"), start=1):
        if not line.strip():
            continue
        row = json.loads(line)
        missing = [field for field in (text_field, summary_field) if field not in row]
        if missing:
            message = f"line {number} of {address} has no field {missing[0]!r}, only {sorted(row)}"
            raise ValueError(message)
        pairs.append((str(row[text_field]), str(row[summary_field])))
    return pairs


def cnn_dailymail_pairs(split: str, rows: int) -> list[tuple[str, str]]:
    """Read the first articles of CNN/DailyMail 3.0.0 and their highlights, from the hub.

    Args:
        split: `train` or `validation`.
        rows: How many; no more than the files that hold them are downloaded.

    Raises:
        ValueError: The package that downloads them is missing.
    """
    try:
        from datasets import load_dataset
    except ModuleNotFoundError as error:
        message = "data 'cnn_dailymail' needs the package `datasets`; install eeipu-kfp[hub]"
        raise ValueError(message) from error
    found = load_dataset("abisee/cnn_dailymail", "3.0.0", split=split, streaming=True).take(rows)
    return [(row["article"], row["highlights"]) for row in found]


def load_pairs(
    data: str,
    text_field: str,
    summary_field: str,
    train_rows: int,
    validation_rows: int,
    seed: int,
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Read texts with their summaries, some to learn from and some to judge by.

    Args:
        data: `cnn_dailymail`, which has a split of its own; path or URI of a JSONL file; empty for
            the docstrings of the standard library.
        text_field: The JSONL file's field that holds a text.
        summary_field: The JSONL file's field that holds its summary.
        train_rows: How many to learn from, at most.
        validation_rows: How many to judge by.
        seed: Deals the rows of a source that has no split.

    Raises:
        ValueError: There are not enough rows.
    """
    import numpy as np

    if data == "cnn_dailymail":
        train = cnn_dailymail_pairs("train", train_rows)
        return train, cnn_dailymail_pairs("validation", validation_rows)
    pairs = jsonl_pairs(data, text_field, summary_field) if data else docstring_pairs()
    if not 0 < validation_rows < len(pairs):
        allowed = f"1 to {len(pairs) - 1}, so that some of the {len(pairs)} rows are left to learn"
        message = f"validation_rows is {validation_rows}, but must be {allowed}"
        raise ValueError(message)
    order = np.random.default_rng(seed).permutation(len(pairs))
    dealt = [pairs[place] for place in order[: validation_rows + train_rows]]
    return dealt[validation_rows:], dealt[:validation_rows]


CORPUS = [
    is_public,
    public_sources,
    public_functions,
    docstring_pairs,
    read_text,
    jsonl_pairs,
    cnn_dailymail_pairs,
    load_pairs,
]
"""What a stage that calls `load_pairs` takes along."""
