"""The samples that come with the server."""

import shutil

import pytest

from tests.frontend.conftest import answered, expect
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
    answered(page, "green")
    expect(page, "#stage .name").to_have_text("a_green_wall.mp4")
    expect(page, "#samples").to_contain_text("still (image)")


def test_without_samples_nothing_is_offered(open_page, own_server):
    page = open_page("about:blank")
    with page.expect_response("**/samples") as asked:
        page.goto(own_server.url)
    assert asked.value.json() == {"samples": []}
    expect(page, "#answer .chips li >> nth=0").to_be_visible()
    expect(page, "#samples").to_be_hidden()
