"""A real Chromium, a real server with tiny models, and clips whose answer is known for certain."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT, write_video
from tests.server.conftest import RunningServer

FRONTEND = ROOT / "frontend"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
# Generous, because tests share the machine; nothing waits longer than it has to.
PATIENCE_MS = 60_000
COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture(scope="package")
def launch():
    """Start Chromium: `launch(*flags)`; skips where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    with sync_api.sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", *flags]
        )


@pytest.fixture(scope="package")
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def models(tmp_path_factory, compiled_models) -> Path:
    """`tints` tells colours apart; `doubts` is the same, but sure of nothing short of certainty."""
    folder = tmp_path_factory.mktemp("page-models")
    for name in ("tints", "poses"):
        shutil.copytree(compiled_models / name, folder / name)
    shutil.copytree(compiled_models / "tints", folder / "doubts")
    facts = json.loads((folder / "doubts" / "bundle.json").read_text())
    facts |= {"name": "doubts", "threshold": 1.0}
    (folder / "doubts" / "bundle.json").write_text(json.dumps(facts))
    return folder


@pytest.fixture(scope="package")
def server(tmp_path_factory, models):
    """One server for all tests of the page; `tints` answers for videos."""
    folder = tmp_path_factory.mktemp("page-server")
    running = RunningServer(folder, models, video_model="tints", image_model="poses").start()
    yield running
    running.stop()


@pytest.fixture
def open_page(browser):
    """Open the page in a fresh profile: `open_page(url, **settings of the context)`."""
    contexts, faults = [], []

    def open_page(url: str, **settings):
        contexts.append(browser.new_context(**{"viewport": DESKTOP, **settings}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        watch(page, faults)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def watch(page, faults: list[str]) -> None:
    """Note scripts that fail and whatever the content security policy refuses."""
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend(_refusals(message.text)))


def _refusals(text: str) -> list[str]:
    return [text] if "Content Security Policy" in text else []


@pytest.fixture
def page(open_page, server):
    """The page as the server serves it."""
    return open_page(server.url)


@pytest.fixture(scope="package")
def clips(tmp_path_factory) -> Path:
    """Files of each kind; what they show is their name."""
    folder = tmp_path_factory.mktemp("page-clips")
    size = {"size": (320, 240)}
    write_video(folder / "red.mp4", 150, frame=coloured("red"), **size)
    write_video(folder / "green.mp4", 40, frame=coloured("green"), **size)
    write_video(folder / "blue.avi", 40, codec="mpeg4", frame=coloured("blue"), **size)
    write_video(folder / "red.mpg", 40, codec="mpeg2video", frame=coloured("red"), **size)
    _write_pictures(folder)
    (folder / "notes.txt").write_text("no video")
    return folder


def coloured(*names: str, seconds: int = 10, fps: int = 25):
    """Frames of one colour after the other, `seconds` each, with a square that moves."""

    def frame(number: int, width: int, height: int) -> np.ndarray:
        name = names[number // (seconds * fps) % len(names)]
        picture = np.full((height, width, 3), COLOURS[name], np.uint8)
        left = number * 4 % (width - 20)
        picture[20:36, left : left + 16] = 255
        return picture

    return frame


def _write_pictures(folder: Path) -> None:
    from PIL import Image

    pictures = [Image.fromarray(coloured("green")(number, 320, 240)) for number in range(12)]
    pictures[0].save(folder / "green.jpg")
    for name in ("green.gif", "green.webp"):
        pictures[0].save(folder / name, save_all=True, append_images=pictures[1:], duration=80)


def give(page, *files: Path) -> None:
    """Choose files in the page."""
    page.set_input_files("#stage input[type=file]", [str(file) for file in files])


def eventually(page, expression: str) -> None:
    """Wait until a JavaScript expression is true. (The page's policy forbids Playwright's way.)"""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(20)


def keeps(page, count: int) -> None:
    """Wait until the browser has so many answers written down, which a reload would cut off."""
    entries = "openStore().then((store) => store.all())"
    eventually(page, f"{entries}.then((all) => all.length === {count})")


def expect(page, selector: str):
    """Playwright's assertions about an element; they wait until they hold."""
    from playwright.sync_api import expect

    return expect(page.locator(selector))


def has_cards(page, count: int, state: str) -> None:
    """Wait until so many cards of the history are in a state."""
    expect(page, f"#history .cards > [data-state={state}]").to_have_count(count)


def answered(page, action: str) -> float:
    """Wait until the answer is this action; its percentage, as the page shows it."""
    answer = "#answer:is([data-state=sure], [data-state=unsure]) .verdict"
    expect(page, f"{answer} .action").to_have_text(action)
    return float(page.inner_text(f"{answer} .value").rstrip("% \u00a0"))
