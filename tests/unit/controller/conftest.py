import pytest

from tests.unit.controller.worlds import Parts


@pytest.fixture
def parts():
    return Parts()
