"""The page of a report, used in a real browser."""

import re
import shutil

import pytest
from tests.evaluation.conftest import make_guesser, write_clips

from kinora.data.layouts import read
from kinora.evaluation.measure import evaluate
from kinora.evaluation.report import write_report

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The report of six clips; two of three waves are taken for walks."""
    clips = write_clips(tmp_path_factory.mktemp("page") / "clips")
    strange = clips / "wave" / "wave_3.mp4"
    strange.rename(strange.with_name("&lt;b&gt; $3.mp4"))
    write_report(evaluate(make_guesser(), read(clips), "all"), clips / "report")
    return (clips / "report" / "report.html").as_uri()


@pytest.fixture
def page(browser, address):
    page = browser.new_page(viewport=PHONE)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda request: faults.extend(_foreign(request.url)))
    page.goto(address)
    yield page
    page.close()
    assert faults == []


def _foreign(url):
    return [] if url.startswith(("file:", "data:")) else [url]


def test_a_cell_shows_its_clips(page):
    panel = page.locator("#panel")
    assert not panel.is_visible()
    page.get_by_role("button", name="wave taken for walk: 2 clips").first.click()
    assert panel.locator("h3").inner_text() == "wave taken for walk: 2 of 3 clips of wave"
    # As it is named, not as markup.
    assert "wave/&lt;b&gt; $3.mp4" in panel.inner_text()
    assert "walk 75.0 %, wave 12.5 %" in panel.inner_text()
    pictures = panel.locator("img")
    assert pictures.count() == 2
    assert pictures.first.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [
        384,
        96,
    ]
    page.get_by_role("button", name="walk recognised: 3 clips").click()
    assert panel.locator("li").count() == 3


def test_the_calibration_error_stands_beside_that_of_a_calibrated_model(page):
    tile = page.locator(".tile", has_text="Calibration error").inner_text()
    assert re.fullmatch(r"Calibration error\s+\d+\.\d %\s+a calibrated model: \d+\.\d %", tile)


def test_it_works_by_keyboard(page):
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.matrix') !== null"):
            break
    name = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(name) == "walk recognised: 3 clips"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(name) == "wave taken for walk: 2 clips"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(name) == "wave recognised: 1 clip"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").startswith("wave taken for walk")
    page.keyboard.press("Escape")
    assert page.evaluate(name) == "wave taken for walk: 2 clips"


def test_a_confused_pair_leads_to_its_cell(page):
    page.get_by_role("button", name="wave taken for walk: 2 (66.7 %)").click()
    assert page.locator("#panel h3").inner_text().startswith("wave taken for walk: 2 of 3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_light_and_dark(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="walk recognised: 3 clips").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    ink, ground = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (_brightness(ink) > _brightness(ground)) == (scheme == "dark")


def _brightness(colour):
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
