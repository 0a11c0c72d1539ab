"""Limits hold before anything large is allocated, and memory does not depend on length."""

import av
import pytest
from tests.conftest import run_python, write_video

from kinora import ClipSpec, read_clip
from kinora.errors import MediaTooLargeError
from kinora.media import Limits, read_info

MB = 1024**2


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_pixels=160 * 120 - 1), "160x120"),
        (Limits(max_bytes=1000), "MB"),
        (Limits(max_seconds=1.5), "2 seconds long"),
        (Limits(max_frames=19), "20 frames were asked for"),
    ],
)
def test_each_limit_has_its_own_sentence(make_video, limits, message):
    path = make_video("a.mp4", 50)
    with pytest.raises(MediaTooLargeError, match=message):
        read_clip(path, ClipSpec(frame_count=20), limits)


def test_bytes_are_limited_for_bytes_and_open_files_too(make_video):
    path = make_video("a.mp4", 50)
    with pytest.raises(MediaTooLargeError):
        read_info(path.read_bytes(), Limits(max_bytes=1000))
    with path.open("rb") as file, pytest.raises(MediaTooLargeError):
        read_info(file, Limits(max_bytes=1000))


def test_a_packet_list_without_end_is_refused(monkeypatch, make_video):
    monkeypatch.setattr("kinora.media.limits._MOST_PACKETS", 30)
    with pytest.raises(MediaTooLargeError, match="more than 30 frames"):
        read_info(make_video("a.mp4", 50))


# Runs in a process of its own, so that the peak is that of reading alone.
MEASURE = """
import sys, threading, psutil, kinora, kinora.media, kinora.media.reading
me, peak, done = psutil.Process(), 0, threading.Event()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, me.memory_info().rss)
before = me.memory_info().rss
watcher = threading.Thread(target=watch); watcher.start()
try:
    kinora.read_clip(sys.argv[1], kinora.ClipSpec())
    answer = "read"
except kinora.KinoraError as error:
    answer = error.code
done.set(); watcher.join()
print(answer, peak - before, peak)
"""


def measure(path):
    """What reading answers, the bytes it needs and the peak of the whole process."""
    answer, needed, peak = run_python(MEASURE, str(path)).split()
    return answer, int(needed), int(peak)


def write_still_video(path, *, width, height, seconds, fps=25):
    """A video of one grey frame, repeated: quick to write at any length."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "250"}
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        for number in range(seconds * fps):
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


@pytest.mark.timeout(300)
def test_memory_stays_bounded_for_short_and_long_full_hd(tmp_path):
    """Two hours are made of ten seconds' packets again and again, so that the test is quick."""
    short = write_still_video(tmp_path / "short.mp4", width=1920, height=1080, seconds=10)
    long = tmp_path / "long.mp4"
    with av.open(str(short)) as source, av.open(str(long), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        packets = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in source.demux(video=0) if p.size]
        length = source.streams.video[0].duration
        for again in range(720):
            for data, pts, dts, is_key in packets:
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, source.streams.video[0].time_base
                packet.pts, packet.dts = pts + again * length, dts + again * length
                packet.is_keyframe = is_key
                output.mux(packet)
    assert read_info(long).duration_s == pytest.approx(7200, abs=1)
    for path in (short, long):
        answer, _, peak = measure(path)
        assert answer == "read"
        assert peak < 300 * MB, f"{path.name}: {peak / MB:.0f} MB"


def test_a_huge_frame_is_refused_before_it_is_allocated(tmp_path):
    # 8,192 x 8,192 pixels are 67 million, over the limit of 50; decoded they need 100 MB and more.
    path = write_still_video(tmp_path / "huge.mp4", width=8192, height=8192, seconds=1, fps=1)
    answer, needed, _ = measure(path)
    assert answer == "too_large"
    assert needed < 60 * MB


def test_a_frame_that_grows_in_mid_stream_stays_within_the_limit(tmp_path):
    """The container says small, the stream turns large: the large frames are left out."""
    small = write_video(tmp_path / "small.ts", 30, container="mpegts").read_bytes()
    large = write_video(tmp_path / "large.ts", 30, container="mpegts", size=(320, 240)).read_bytes()
    clip = read_clip(small + large, ClipSpec(frame_count=4), Limits(max_pixels=160 * 120))
    assert (clip.info.width, clip.info.height) == (160, 120)
