from __future__ import annotations

import pytest

from eeipu_kfp.cache.names import checked_name
from eeipu_kfp.errors import InvalidValueError


@pytest.mark.parametrize("name", ["a", "a/b", ".hidden", "a..b/...", "日本", "a b"])
def test_a_plain_name_is_kept(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/."])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match=r"empty, `\.` or `\.\.` part"):
        checked_name(name)


@pytest.mark.parametrize("name", ["a\0b", "\udc80"])
def test_a_name_that_no_store_can_write_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="no store can write"):
        checked_name(name)
