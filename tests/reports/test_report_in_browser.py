"""A report in a real browser: what text from outside wants does not happen, sorting works, and it can be read in light and dark.

The browser is told to reach for nothing, and every request that it makes all the same is counted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("selenium")

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from registry.reports.html import render_html
from registry.reports.report import Report
from tests.reports.documents import DOCUMENTS, application, with_obligations
from tests.reports.hostile_documents import HOSTILE, hostile

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="needs Chromium and its driver"),
    pytest.mark.slow,
]

SENTINEL = "window.touched = (window.touched || 0) + 1"
ATTACKS = (
    f"<script>{SENTINEL}</script>",
    f"<img src=x onerror='{SENTINEL}'>",
    f"<svg onload='{SENTINEL}'>",
    f"</style></script></title></textarea><script>{SENTINEL}</script>",
    f'" onmouseover="{SENTINEL}" autofocus onfocus="{SENTINEL}" x="',
    f"' onclick='{SENTINEL}' x='",
    f"javascript:{SENTINEL}",
    f'<iframe srcdoc="<script>parent.{SENTINEL}</script>"></iframe>',
    "<link rel=stylesheet href=https://evil.example/a.css><img src=https://evil.example/p.png>",
    "<style>@import 'https://evil.example/b.css'; body { background: url(https://evil.example/c.png) }</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/><form action=https://evil.example/><button autofocus>",
    f"{{{{ cycler.__init__.__globals__ }}}}<script>{SENTINEL}</script>",
    "\u202e\u2066\u200f\x1b[2J\x00\x07]8;;https://evil.example\x07",
    "&lt;script&gt;" + SENTINEL + "&lt;/script&gt;",
    "<details open ontoggle='" + SENTINEL + "'>" + "x" * 10_000,
)
"""Text from outside that wants to run or to fetch something."""

Show = Callable[..., Chrome]
"""Opens a report in the browser."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    folder = tmp_path_factory.mktemp("chromium")
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-dev-shm-usage", f"user-data-dir={folder}"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Show:
    def open_report(report: Report, *, dark: bool = False, width: int = 1100) -> Chrome:
        page = tmp_path / "report.html"
        page.write_text(render_html(report), encoding="utf-8")
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 1200, "deviceScaleFactor": 1, "mobile": False})
        browser.get_log("performance")
        browser.get_log("browser")
        browser.get(page.as_uri())
        return browser

    return open_report


def requests(browser: Chrome) -> list[str]:
    """What the browser reached for since the page was opened, the page itself left out."""
    import json

    found = []
    for line in browser.get_log("performance"):
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [url for url in found if not url.endswith("/report.html") and not url.startswith(("data:", "chrome:"))]


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_text_from_outside_runs_nothing_and_fetches_nothing(show: Show, attack: str) -> None:
    browser = show(hostile(attack))
    browser.execute_script(
        "for (const each of document.querySelectorAll('details')) each.open = true; for (const each of document.querySelectorAll('*')) each.dispatchEvent(new Event('mouseover'));"
    )
    for element in browser.find_elements(By.CSS_SELECTOR, "th button, summary")[:6]:
        element.click()
    assert browser.execute_script("return window.touched") is None
    assert requests(browser) == []
    assert browser.execute_script("return location.href").endswith("/report.html")
    assert browser.execute_script("return document.scripts.length") == 1
    for link in browser.execute_script("return [...document.links].map(link => link.protocol)"):
        assert link in ("file:", "https:", "http:")


def test_the_sentinel_is_set_where_a_page_lets_it(browser: Chrome, tmp_path: Path) -> None:
    """The attack above is one: without our escaping it works."""
    page = tmp_path / "bare.html"
    page.write_text(f"<!DOCTYPE html><title>x</title>{ATTACKS[0]}", encoding="utf-8")
    browser.get(page.as_uri())
    assert browser.execute_script("return window.touched") == 1


def test_a_script_that_got_in_would_be_refused(show: Show, tmp_path: Path) -> None:
    """Were the escaping wrong once, the policy still lets no script but ours run."""
    browser = show(application())
    page = tmp_path / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<main", f"{ATTACKS[0]}{ATTACKS[1]}<img src=https://evil.example/p.png><main"), encoding="utf-8")
    browser.get(page.as_uri())
    assert browser.execute_script("return document.scripts.length") == 2
    assert browser.execute_script("return window.touched") is None
    assert any("Content Security Policy" in line["message"] for line in browser.get_log("browser"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_page_makes_the_browser_complain_of_nothing(show: Show, document: Any) -> None:
    browser = show(document())
    assert browser.get_log("browser") == []
    assert requests(browser) == []


def first_column(browser: Chrome) -> list[str]:
    rows: list[str] = browser.execute_script("return [...document.querySelectorAll('table[data-sort] tbody tr')].map(row => row.cells[0].textContent.trim())")
    return rows


def test_the_table_of_a_portfolio_can_be_sorted(show: Show) -> None:
    browser = show(application())
    assert first_column(browser) == ["a/free", "b/limited", "c/closed"]
    verdict, name = (browser.find_element(By.XPATH, f"//table[@data-sort]//th/button[contains(., '{title}')]") for title in ("Verdict", "Model"))
    verdict.click()
    verdict.click()
    assert first_column(browser) == ["c/closed", "b/limited", "a/free"]
    assert browser.execute_script("return document.querySelector('th[aria-sort]').textContent.trim()").startswith("Verdict")
    assert "Sorted by Verdict, falling." in browser.execute_script("return document.getElementById('sorted').textContent")
    name.click()
    assert first_column(browser) == ["a/free", "b/limited", "c/closed"]


CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
const light = ([r, g, b]) => [r, g, b].map((part) => { const share = part / 255; return share <= .03928 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4; })
  .reduce((sum, part, at) => sum + part * [.2126, .7152, .0722][at], 0);
const ground = (element) => { for (let at = element; at; at = at.parentElement) { const found = rgb(getComputedStyle(at).backgroundColor); if (found[3] === 255) return found; } return [255, 255, 255, 255]; };
const poor = [];
const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (seen.nextNode()) {
  const element = seen.currentNode.parentElement;
  if (!seen.currentNode.data.trim() || element.closest('script, style, svg, .unseen, .skip') || !element.getClientRects().length) continue;
  const [one, other] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
  const ratio = (one + .05) / (other + .05);
  if (ratio < 4.5) poor.push(ratio.toFixed(2) + ' ' + seen.currentNode.data.trim().slice(0, 40));
}
return poor;
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_word_stands_out_from_its_ground(show: Show, document: Any, dark: bool) -> None:
    browser = show(document(), dark=dark)
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is not dark
    assert browser.execute_script(CONTRAST) == []


@pytest.mark.parametrize("width", [360, 400, 800, 1400])
@pytest.mark.parametrize("document", [*DOCUMENTS, lambda: hostile(HOSTILE[-1])], ids=lambda each: getattr(each, "__name__", ""))
def test_no_page_is_wider_than_its_window(show: Show, document: Any, width: int) -> None:
    browser = show(document(), width=width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_the_verdict_and_what_to_do_are_on_the_first_screen(show: Show) -> None:
    browser = show(with_obligations())
    for words in ("Allowed if you do these 2 things.", "What to do next", "What this rests on"):
        element = browser.find_element(By.XPATH, f"//*[self::p or self::h3][contains(., '{words}')]")
        assert element.rect["y"] + element.rect["height"] < 900


def test_print_shows_what_is_folded_and_leaves_out_what_only_a_screen_needs(show: Show) -> None:
    browser = show(with_obligations())
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script("return getComputedStyle(document.querySelector('.skip')).display") == "none"
        assert browser.execute_script("return document.querySelector('details table').getBoundingClientRect().height") > 20
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
