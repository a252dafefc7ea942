"""The page of an audit in a browser: text from outside runs nothing, all of it can be read, in light and dark, on a telephone and on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")

from selenium.webdriver import Chrome

from registry.reports.audit_html import AuditHtmlFormat
from tests.reports.audits import application, hostile, write
from tests.reports.test_report_in_browser import ATTACKS, CHROMIUM, CONTRAST, DRIVER, browser, requests

__all__ = ["browser"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="needs Chromium and its driver"),
    pytest.mark.slow,
]

Show = Callable[..., Chrome]


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Show:
    def open_audit(audit: tuple[dict[str, Any], list[dict[str, Any]]], *, dark: bool = False, width: int = 1100) -> Chrome:
        page = tmp_path / "report.html"
        with page.open("w", encoding="utf-8") as stream:
            write(AuditHtmlFormat().open(stream), audit[0], *audit[1])
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 1200, "deviceScaleFactor": 1, "mobile": False})
        browser.get_log("performance")
        browser.get_log("browser")
        browser.get(page.as_uri())
        return browser

    return open_audit


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_text_from_outside_runs_nothing_and_fetches_nothing(show: Show, attack: str) -> None:
    opened = show(hostile(attack))
    opened.execute_script(
        "for (const each of document.querySelectorAll('details')) each.open = true; for (const each of document.querySelectorAll('*')) each.dispatchEvent(new Event('mouseover'));"
    )
    assert opened.execute_script("return window.touched") is None
    assert requests(opened) == []
    assert opened.execute_script("return document.scripts.length") == 0
    assert opened.execute_script("return location.href").endswith("/report.html")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_stands_out_from_its_ground(show: Show, dark: bool) -> None:
    opened = show(application(), dark=dark)
    assert (opened.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)") is not dark
    assert opened.execute_script(CONTRAST) == []
    assert opened.get_log("browser") == []
    assert requests(opened) == []


@pytest.mark.parametrize("width", [360, 800, 1400])
@pytest.mark.parametrize("audit", [application, lambda: hostile("x" * 3_000)], ids=["usual", "long"])
def test_no_page_is_wider_than_its_window(show: Show, audit: Any, width: int) -> None:
    assert show(audit(), width=width).execute_script("return document.documentElement.scrollWidth") <= width
