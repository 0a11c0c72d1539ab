"""The camera: Chromium's fake one, which plays a clip over and over."""

import re
import sys
import time

import pytest

from tests.conftest import write_video
from tests.frontend.conftest import (
    FRONTEND,
    PATIENCE_MS,
    answered,
    coloured,
    eventually,
    expect,
    give,
    has_cards,
    watch,
)

ALLOW = "--use-fake-ui-for-media-stream"
START = "#camera [type=submit]"
FAKE = "--use-fake-device-for-media-stream"
IS_OFF = "document.querySelector('#camera video').srcObject === null"
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
    expect(camera, "#camera .answer[data-state=sure] .verdict .action").to_have_text("blue")
    expect(camera, "#camera .now").to_contain_text("blue ")
    # 15 a second within 150 ms on an idle machine; tests share theirs.
    rate, delay_ms, deadline = 0, 0, time.monotonic() + PATIENCE_MS / 1000
    while not (rate >= 5 and delay_ms < 150) and time.monotonic() < deadline:
        camera.wait_for_timeout(2000)
        rate, delay_ms = map(int, re.findall(r"\d+", camera.inner_text("#camera .rate")))
    sys.stdout.write(f"camera: {rate} frames/s, {delay_ms} ms delay\n")
    assert rate >= 5
    assert delay_ms < 150
    camera.click("#tab-files")
    give(camera, film.with_suffix(".mp4"))
    answered(camera, "blue")


def test_the_last_seconds_become_a_clip_in_the_history(camera):
    # Told once, the live answer is not told again; by then there are seconds to keep.
    expect(camera, "#live").to_have_text("blue")
    camera.wait_for_timeout(2000)
    camera.click("#camera .keep")
    expect(camera, "#live").to_have_text("The last seconds are in the history.")
    has_cards(camera, 1, "done")
    expect(camera, "#camera .rate").to_be_visible()
    expect(camera, "#history .name").to_have_text(re.compile(r"^camera \d\d(\.\d\d){2}\.webm$"))
    camera.click("#history .choose")
    answered(camera, "blue")
    player = "document.querySelector('#stage video')"
    eventually(camera, f"{player}.videoWidth === 320 && {player}.duration > 0.8")
    # It can be jumped about in.
    eventually(camera, f"{player}.seekable.end(0) === {player}.duration")
    # Looking at the clip turned the camera off.
    eventually(camera, IS_OFF)


def test_it_stops_when_the_page_is_hidden_or_asked_to(camera):
    camera.wait_for_selector("#camera .rate:not([hidden])")
    camera.evaluate(HIDE)
    stopped = "The camera stopped because the page was hidden."
    expect(camera, "#camera .blank").to_contain_text(stopped)
    eventually(camera, IS_OFF)
    camera.click(START)
    camera.wait_for_selector("#camera .rate:not([hidden])")
    camera.click(START)
    expect(camera, "#camera .blank").to_have_text("The camera is off.")


def test_the_cameras_are_listed_by_name(camera, film):
    # Chromium names its fake camera after what it plays.
    expect(camera, "#camera option").to_contain_text([film.name])


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
    expect(page, "#camera .blank").to_contain_text(sentence)
    expect(page, "#live").to_contain_text(sentence)
    expect(page, START).to_be_enabled()
