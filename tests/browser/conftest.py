"""A real Chromium, and the page served to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browser.pages import Screen

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

_BINARIES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root, which Chromium's sandbox does not take
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--window-size=1280,900",
)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser without a window, driven by its own driver."""
    binary = next((found for name in _BINARIES if (found := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        _do_without()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def screen(chromium: Chrome) -> Iterator[Screen]:
    """What is seen; a test during which the browser has complained fails."""
    chromium.get_log("browser")
    shown = Screen(chromium)
    shown.resize(1280)
    yield shown
    complaints = [entry["message"] for entry in chromium.get_log("browser")]
    chromium.get("about:blank")
    assert [told for told in complaints if not shown.is_expected(told)] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where experiments are kept."""
    return tmp_path / "runs"


def _do_without() -> NoReturn:
    message = "no Chromium: put `chromium` and `chromedriver` on the PATH"
    if os.environ.get("EEIPU_REQUIRE_CHROMIUM"):
        pytest.fail(message)
    pytest.skip(message)
