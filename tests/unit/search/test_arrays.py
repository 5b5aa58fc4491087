from typing import get_args

import numpy as np
import pytest

from eeipu_kfp.search import arrays


@pytest.mark.parametrize(
    ("kind", "element"),
    [(arrays.Array, np.float64), (arrays.Mask, np.bool_), (arrays.Indices, np.intp)],
    ids=["numbers", "masks", "positions"],
)
def test_arrays_hold_elements_of_one_precision(kind, element):
    _, dtype = get_args(kind)

    assert get_args(dtype) == (element,)
