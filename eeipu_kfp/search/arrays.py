"""The array types that the search computes with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""Real numbers in double precision."""

Mask: TypeAlias = NDArray[np.bool_]
"""Yes or no, element by element."""

Indices: TypeAlias = NDArray[np.intp]
"""Positions."""
