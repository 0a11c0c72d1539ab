"""The camera: Chromium's fake one, which plays a clip over and over."""

import re
import sys

import pytest

from tests.conftest import write_video
from tests.frontend.conftest import (
    FRONTEND,
    PATIENCE_MS,
    coloured,
    eventually,
    give,
    has_cards,
    verdict,
    watch,
)

ALLOW = "--use-fake-ui-for-media-stream"
START = "#camera [type=submit]"
FAKE = "--use-fake-device-for-media-stream"
HIDE = """() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """What the camera sees; the same as a file lies beside it."""
    folder = tmp_path_factory.mktemp("camera")
    shown = {"size": (320, 240), "frame": coloured("blue")}
    write_video(folder / "blue.mp4", 50, **shown)
    raw = {"codec": "mjpeg", "container": "mjpeg", "pixels": "yuvj420p"}
    return write_video(folder / "blue.mjpeg", 50, **raw, **shown)


@pytest.fixture(scope="module")
def camera_browser(launch, film):
    browser = launch(FAKE, ALLOW, f"--use-file-for-fake-video-capture={film}")
    yield browser
    browser.close()


@pytest.fixture(params=["served", "disk"])
def camera(camera_browser, server, request):
    """The page with its camera open and running."""
    page = camera_browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    faults = []
    watch(page, faults)
    disk = f"{(FRONTEND / 'index.html').as_uri()}?server={server.url}"
    page.goto(server.url if request.param == "served" else disk)
    page.wait_for_selector("#server-button[data-state=there]")
    page.click("#tab-camera")
    page.click(START)
    yield page
    page.close()
    assert faults == []


def test_it_sees_what_the_file_shows_soon_and_often(camera, film):
    camera.wait_for_selector("#camera .answer[data-state=sure]")
    assert camera.inner_text("#camera .verdict .action") == "blue"
    assert camera.inner_text("#camera .now").startswith("blue ")
    camera.wait_for_timeout(2000)
    shown = camera.inner_text("#camera .rate")
    sys.stdout.write(f"camera: {shown}\n")
    rate, delay_ms = map(int, re.findall(r"\d+", shown))
    # 15 a second within 150 ms on an idle machine; tests share theirs.
    assert rate >= 5
    assert delay_ms < 150
    camera.click("#tab-files")
    give(camera, film.with_suffix(".mp4"))
    assert verdict(camera)[0] == "blue"


def test_the_last_seconds_become_a_clip_in_the_history(camera):
    # By then the live answer has been told, so that nothing else is.
    camera.wait_for_selector("#camera .answer[data-state=sure]")
    camera.wait_for_timeout(1000)
    camera.click("#camera .keep")
    said = "document.querySelector('#live').textContent"
    eventually(camera, f"{said} === 'The last seconds are in the history.'")
    has_cards(camera, 1, "done")
    assert camera.locator("#camera .rate").is_visible()
    name = camera.inner_text("#history .name")
    assert re.fullmatch(r"camera \d\d\.\d\d\.\d\d\.webm", name)
    camera.click("#history .choose")
    assert verdict(camera)[0] == "blue"
    player = "document.querySelector('#stage video')"
    eventually(camera, f"{player}.videoWidth === 320 && {player}.duration > 0.8")
    # It can be jumped about in.
    eventually(camera, f"{player}.seekable.end(0) === {player}.duration")
    # Looking at the clip turned the camera off.
    assert camera.evaluate("document.querySelector('#camera video').srcObject") is None


def test_it_stops_when_the_page_is_hidden_or_asked_to(camera):
    camera.wait_for_selector("#camera .rate:not([hidden])")
    camera.evaluate(HIDE)
    stopped = "The camera stopped because the page was hidden."
    assert camera.inner_text("#camera .blank").startswith(stopped)
    assert camera.evaluate("document.querySelector('#camera video').srcObject") is None
    camera.click(START)
    camera.wait_for_selector("#camera .rate:not([hidden])")
    camera.click(START)
    assert camera.inner_text("#camera .blank") == "The camera is off."


def test_the_cameras_are_listed_by_name(camera):
    camera.wait_for_selector("#camera .rate:not([hidden])")
    names = camera.locator("#camera option").all_inner_texts()
    assert names == ["fake_device_0"] or all(names)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("NotAllowedError", "was not allowed to use the camera"),
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "Another program uses the camera"),
    ],
)
def test_without_a_camera_it_says_why(page, name, sentence):
    page.click("#tab-camera")
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia ="
        " async () => { throw new DOMException('no', name); }; }",
        name,
    )
    page.click(START)
    page.wait_for_selector(f"#camera .blank:has-text('{sentence}')")
    assert sentence in page.inner_text("#live")
    assert page.locator(START).is_enabled()
