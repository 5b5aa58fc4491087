import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kfp import dsl

from components.t5_distillation.rows import read_rows, write_rows

tokens = st.lists(st.integers(0, 2**31 - 1), max_size=5)


@given(pairs=st.lists(st.tuples(tokens, tokens), min_size=1, max_size=6))
def test_rows_come_back_as_they_were(tmp_path_factory, pairs):
    dataset = dsl.Dataset(uri=str(tmp_path_factory.mktemp("rows") / "rows"))

    write_rows(dataset, pairs, batch_size=3, references=["a", "ß"])
    found, stored = read_rows(dataset)

    assert [(text.tolist(), summary.tolist()) for text, summary in found] == pairs
    assert stored["batch_size"] == 3
    np.testing.assert_array_equal(stored["references"], ["a", "ß"])
    assert dataset.metadata == {"rows": len(pairs)}
