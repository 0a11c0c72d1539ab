"""The samples that come with the server."""

import shutil

import pytest

from tests.frontend.conftest import verdict
from tests.server.conftest import RunningServer


@pytest.fixture
def stocked(tmp_path, models, clips, monkeypatch):
    """A server with a video and an image to try."""
    samples = tmp_path / "samples"
    samples.mkdir()
    shutil.copy(clips / "green.mp4", samples / "a_green_wall.mp4")
    shutil.copy(clips / "green.jpg", samples / "still.jpg")
    monkeypatch.setenv("KINORA_SAMPLES", str(samples))
    running = RunningServer(tmp_path, models, video_model="tints").start()
    yield running
    running.stop()


def test_a_sample_is_one_click_away(open_page, stocked):
    page = open_page(stocked.url)
    page.get_by_role("button", name="a green wall").click()
    assert verdict(page)[0] == "green"
    assert page.inner_text("#stage .name") == "a_green_wall.mp4"
    assert page.locator("#samples li").count() == 2


def test_without_samples_nothing_is_offered(page):
    page.wait_for_selector("#answer .chips li")
    assert not page.locator("#samples").is_visible()
