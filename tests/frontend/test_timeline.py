"""Long videos: a job with progress and cancel, and what happens when under the player."""

import json

import pytest

from tests.conftest import write_video
from tests.frontend.conftest import answered, coloured, eventually, expect, give, has_cards
from tests.server.conftest import RunningServer

PLAYER = "document.querySelector('#stage video')"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Ten seconds of red, of green and of blue."""
    path = tmp_path_factory.mktemp("film") / "three colours.mp4"
    frame = coloured("red", "green", "blue", fps=10)
    return write_video(path, 300, fps=10, frame=frame)


def test_a_long_video_gets_a_time_line_that_follows_the_player(page, film):
    give(page, film)
    expect(page, "#answer .perhaps").to_have_text("Over the whole video")
    expect(page, "#timeline .track button").to_have_text(["red", "green", "blue"])
    page.click("#timeline .track button >> nth=2")
    eventually(page, f"Math.abs({PLAYER}.currentTime - 20) < 1.5 && {PLAYER}.paused")
    expect(page, "#stage .now").to_contain_text("blue")
    expect(page, "#timeline .track .current").to_have_text("blue")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page, "#stage .now").to_contain_text("green")
    tracks = page.locator("#timeline .tracks")
    tracks.click(position={"x": tracks.bounding_box()["width"] * 0.1, "y": 5})
    eventually(page, f"Math.abs({PLAYER}.currentTime - 3) < 0.5")
    colours = page.locator("#timeline .track li").evaluate_all(
        "items => items.map((item) => getComputedStyle(item.firstChild).backgroundColor)"
    )
    assert len(set(colours)) == 3


def test_the_time_line_can_be_taken_along(page, film):
    give(page, film)
    page.wait_for_selector("#timeline .track button")
    taken = {}
    for name in ("JSON", "CSV", "WebVTT"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        taken[download.value.suggested_filename] = download.value.path().read_text()
    assert [one["action"] for one in json.loads(taken["three colours.json"])["segments"]] == [
        "red",
        "green",
        "blue",
    ]
    header, first, *_ = taken["three colours.csv"].splitlines()
    assert header == "start_s,end_s,action,confidence"
    assert first.startswith("0,") and ",red," in first
    assert taken["three colours.vtt"].startswith("WEBVTT\n\n00:00:00.000 --> 00:00:")
    # The browser itself reads it.
    cues = page.evaluate(
        """async (text) => {
            const video = document.createElement("video");
            const track = document.createElement("track");
            track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
            track.default = true;
            video.append(track);
            document.body.append(video);
            await new Promise((done) => { track.onload = done; });
            return [...track.track.cues].map((cue) => cue.text.split(" ")[0]);
        }""",
        taken["three colours.vtt"],
    )
    assert cues == ["red", "green", "blue"]


def test_a_short_video_gets_a_time_line_when_asked(page, clips):
    page.click("#options summary")
    page.check("#options [name=timeline]")
    give(page, clips / "green.mp4")
    answered(page, "green")
    expect(page, "#timeline .track button").to_have_count(1)


def test_a_long_job_shows_progress_and_can_be_cancelled(page, server, tmp_path):
    film = write_video(
        tmp_path / "hours.mp4", 9000, fps=1, size=(64, 48), options={"preset": "ultrafast"}
    )
    with page.expect_request("**/events") as followed:
        give(page, film)
    eventually(page, r"/Recognising [1-9]\d?\s%/.test(document.querySelector('#answer').innerText)")
    page.click("#answer button.stop")
    page.wait_for_selector("text=Nothing was recognised.")
    job = followed.value.url.removesuffix("/events")
    eventually(page, f"fetch('{job}').then(a => a.json()).then(a => a.state === 'cancelled')")


def test_a_job_goes_on_when_the_server_comes_back(open_page, tmp_path, models):
    film = write_video(
        tmp_path / "long.mp4", 2500, fps=1, size=(64, 48), options={"preset": "ultrafast"}
    )
    running = RunningServer(tmp_path, models, video_model="tints").start()
    page = open_page(running.url)
    port = running.url.rsplit(":", 1)[1]
    give(page, film)
    page.wait_for_selector("#answer .title:has-text('Recognising')")
    running.stop()
    page.wait_for_selector("#answer .hint:has-text('The server is gone.')")
    again = RunningServer(tmp_path, models, video_model="tints", port=port).start()
    try:
        has_cards(page, 1, "done")
    finally:
        again.stop()


def test_without_events_it_asks_how_far_the_job_is(page, film):
    page.route("**/events", lambda route: route.abort())
    give(page, film)
    expect(page, "#timeline .track button").to_have_count(3)
