"""The samples that come with the server."""

import shutil

import pytest

from tests.frontend.conftest import verdict
from tests.server.conftest import RunningServer


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """The folder of samples, still empty."""
    folder = tmp_path / "samples"
    folder.mkdir()
    monkeypatch.setenv("KINORA_SAMPLES", str(folder))
    return folder


@pytest.fixture
def own_server(samples, tmp_path, models):
    """A server that offers these samples."""
    running = RunningServer(tmp_path, models, video_model="tints").start()
    yield running
    running.stop()


def test_a_sample_is_one_click_away(open_page, own_server, samples, clips):
    shutil.copy(clips / "green.mp4", samples / "a_green_wall.mp4")
    shutil.copy(clips / "green.jpg", samples / "still.jpg")
    page = open_page(own_server.url)
    page.get_by_role("button", name="a green wall").click()
    assert verdict(page)[0] == "green"
    assert page.inner_text("#stage .name") == "a_green_wall.mp4"
    assert "still (image)" in page.locator("#samples").text_content()


def test_without_samples_nothing_is_offered(open_page, own_server):
    page = open_page(own_server.url)
    page.wait_for_selector("#answer .chips li")
    assert not page.locator("#samples").is_visible()
