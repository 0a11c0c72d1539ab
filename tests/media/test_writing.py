"""Written videos read back as they were, and play in a real browser."""

import shutil

import av
import numpy as np
import pytest
from tests.conftest import number_of, numbered_frame

from kinora import read_image
from kinora.errors import MediaError
from kinora.media import VideoWriter, iter_frames, read_info, write_image


def write(path, count=30, width=160, height=120, fps=25.0):
    with VideoWriter(path, fps, width, height) as video:
        for number in range(count):
            video.write(numbered_frame(number, width, height))
    return path


@pytest.mark.parametrize(("width", "height"), [(160, 120), (161, 120), (160, 121), (163, 125)])
def test_reads_back_as_written(tmp_path, width, height):
    path = write(tmp_path / "a.mp4", width=width, height=height)
    frames = [frame for _, frame in iter_frames(path)]
    assert [number_of(frame) for frame in frames] == list(range(30))
    assert frames[0].shape == (height + height % 2, width + width % 2, 3)
    original = numbered_frame(7, width, height)
    assert np.abs(frames[7][:height, :width].astype(int) - original).mean() < 6


@pytest.mark.parametrize("fps", [25.0, 30000 / 1001, 10.0, 12.5])
def test_keeps_the_frame_rate(tmp_path, fps):
    info = read_info(write(tmp_path / "a.mp4", fps=fps))
    assert info.fps == pytest.approx(fps, rel=1e-3)
    assert info.duration_s == pytest.approx(30 / fps, rel=1e-3)


def test_is_what_browsers_want(tmp_path):
    data = write(tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "starts playing before it is loaded"
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.colorspace) == ("h264", "yuv420p", 1)


def test_the_same_frames_give_the_same_file(tmp_path):
    files = {write(tmp_path / f"{n}.mp4", 60).read_bytes() for n in range(12)}
    assert len(files) == 1


def test_a_failed_video_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), VideoWriter(tmp_path / "a.mp4", 25, 160, 120) as video:
        video.write(numbered_frame(1))
        raise RuntimeError
    video = VideoWriter(tmp_path / "a.mp4", 25, 160, 120)
    with pytest.raises(MediaError, match="160x120"), video:
        video.write(numbered_frame(1, 80, 60))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_our_own_error(tmp_path):
    with pytest.raises(MediaError, match="cannot be written"):
        VideoWriter(tmp_path / "nowhere" / "a.mp4", 25, 160, 120)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_images_read_back_as_written(tmp_path, name):
    write_image(tmp_path / name, numbered_frame(9))
    assert number_of(read_image(tmp_path / name)) == 9


@pytest.fixture(scope="module")
def page():
    """An empty page in a real browser."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize(("width", "height"), [(160, 120), (161, 121)])
def test_chromium_plays_it(page, tmp_path, width, height):
    path = write(tmp_path / "a.mp4", width=width, height=height)
    (tmp_path / "page.html").write_text('<video muted src="a.mp4" width="160"></video>')
    page.goto((tmp_path / "page.html").as_uri())
    shown = page.evaluate(
        """async () => {
            const video = document.querySelector('video');
            await new Promise((done, failed) => {
                video.onended = done;
                video.onerror = () => failed(new Error(video.error.message));
                video.play();
            });
            return [video.videoWidth, video.videoHeight, video.duration,
                    video.getVideoPlaybackQuality().totalVideoFrames];
        }"""
    )
    assert shown[:2] == [width + width % 2, height + height % 2]
    assert shown[2] == pytest.approx(1.2, abs=0.05)
    assert shown[3] > 0
    assert path.is_file()
