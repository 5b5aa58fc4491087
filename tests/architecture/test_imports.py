import json
import subprocess
import sys

import pytest

HEAVY = {"aiohttp", "kfp", "kubernetes", "pydantic", "scipy", "torch"}


@pytest.mark.parametrize("module", ["eeipu_kfp", "eeipu_kfp.cli.main"])
def test_the_way_in_loads_nothing_heavy(module):
    program = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"

    loaded = json.loads(subprocess.check_output([sys.executable, "-c", program], text=True))

    assert module in loaded
    assert HEAVY.isdisjoint(loaded)
