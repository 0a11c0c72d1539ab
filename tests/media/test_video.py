"""Every container and codec gives exactly the frames that decoding everything would give."""

import io
import itertools
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from tests.conftest import number_of, write_video

from kinora import ClipSpec
from kinora.errors import (
    MediaError,
    NoPictureError,
    UndecodableError,
    UnsupportedMediaError,
)
from kinora.media import fit_frame, iter_frames, open_media, read_clip, read_info, sampling
from kinora.media.colour import RGBConverter

X264 = {"preset": "veryfast"}
KINDS = {
    "h264.mp4": {},
    "h264.mov": {},
    "h264.mkv": {},
    "h264.avi": {"options": {"bf": "0"}},
    "h264.flv": {},
    "h264.ts": {},
    "h264-b-frames.mp4": {"options": {"bf": "4", "b-pyramid": "normal", "g": "24"}},
    "h264-open-gop.mkv": {"options": {"x264-params": "open-gop=1:keyint=20:bframes=3"}},
    "h264-open-gop.ts": {"options": {"x264-params": "open-gop=1:keyint=20:bframes=3"}},
    "h264-fragments.mp4": {
        "muxer": {"movflags": "frag_keyframe+empty_moov"},
        "options": {"g": "9"},
    },
    "h264-10bit.mp4": {"pixels": "yuv420p10le"},
    "h264-444.mp4": {"pixels": "yuv444p"},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none:keyint=20"}},
    "hevc-10bit.mkv": {
        "codec": "libx265",
        "pixels": "yuv420p10le",
        "options": {"x265-params": "log-level=none"},
    },
    "av1.mp4": {"codec": "libsvtav1", "options": {"preset": "12", "g": "20"}},
    "av1.webm": {"codec": "libsvtav1", "options": {"preset": "12"}},
    "vp8.webm": {"codec": "libvpx", "options": {"deadline": "realtime"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "recorded-in-a-browser.webm": {
        "codec": "libvpx",
        "options": {"deadline": "realtime"},
        "muxer": {"live": "1"},
    },
    "mpeg4.avi": {"codec": "mpeg4"},
    "mpeg4-b-frames.avi": {"codec": "mpeg4", "options": {"bf": "2"}},
    "mpeg4.mp4": {"codec": "mpeg4", "options": {"bf": "2"}},
    "mjpeg.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
    "raw.avi": {"codec": "rawvideo"},
    "mpeg1.mpg": {"codec": "mpeg1video", "options": {"bf": "2"}},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"bf": "2", "g": "15"}},
    "mpeg2-422.mpg": {"codec": "mpeg2video", "pixels": "yuv422p"},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {"bf": "2", "g": "15"}},
    "wmv2.wmv": {"codec": "wmv2", "container": "asf"},
    "flv1.flv": {"codec": "flv"},
    "odd-size.mkv": {"codec": "ffv1", "size": (161, 121)},
    "one-frame.mp4": {"count": 1},
    "two-frames.mp4": {"count": 2},
    "variable-rate.mkv": {"stamps": [n + (n // 10) * 30 for n in range(90)]},
}
COUNTS = (1, 2, 5, 20)


@pytest.fixture(scope="module", params=KINDS)
def any_video(request, tmp_path_factory) -> Path:
    settings = {"count": 90, **KINDS[request.param]}
    if settings.get("codec", "libx264") == "libx264":
        settings["options"] = X264 | settings.get("options", {})
    path = tmp_path_factory.mktemp("videos") / request.param
    return write_video(path, settings.pop("count"), **settings)


def decode_everything(path):
    """The plain way: all frames in the order in which they are shown, with their stamps."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        aspect = float(stream.sample_aspect_ratio or 1)
        return sorted(f.pts for f in frames), [RGBConverter().upright(f, aspect) for f in frames]


def assert_equals_full_decode(path):
    stamps, frames = decode_everything(path)
    with open_media(path) as medium:
        timeline = medium.timeline
    assert timeline.stamps.tolist() == stamps
    by_stamp = dict(zip(stamps, frames, strict=True))
    for count in COUNTS:
        spec = ClipSpec(frame_count=count, size=64)
        expected = [
            fit_frame(by_stamp[int(stamp)], spec) for stamp in sampling.uniform(timeline, count)
        ]
        np.testing.assert_array_equal(read_clip(path, spec).array, np.stack(expected))


def test_sampled_frames_equal_a_full_decode(any_video):
    assert_equals_full_decode(any_video)


def test_sampled_frames_equal_a_full_decode_on_real_files(shared_data):
    for path in sorted((shared_data / "decoder_clips").iterdir()):
        if path.suffix != ".gif" and "corrupt" not in path.name:
            assert_equals_full_decode(path)


def test_the_right_frames_are_chosen(any_video):
    with open_media(any_video) as medium:
        chosen = [number_of(frame) for _, frame in medium.frames(medium.timeline.stamps)]
    assert chosen == list(range(len(chosen)))


def test_frames_and_times_are_part_of_the_result(make_video):
    clip = read_clip(make_video("a.mp4", 100), ClipSpec(frame_count=5, size=160))
    assert clip.times_s == (0.4, 1.2, 2.0, 2.8, 3.6)
    assert [number_of(frame) for frame in clip.array] == [10, 30, 50, 70, 90]
    assert clip.info.duration_s == pytest.approx(4.0)
    assert (clip.info.width, clip.info.height, clip.info.fps) == (160, 120, 25.0)
    assert clip.warnings == ()


def test_a_short_clip_repeats_frames_and_keeps_each_once(make_video):
    clip = read_clip(make_video("a.mp4", 3), ClipSpec(frame_count=6, size=32))
    assert len(clip.frames) == 3
    assert clip.order == (0, 0, 1, 1, 2, 2)
    assert clip.array.shape == (6, 32, 32, 3)


def test_variable_frame_rate_goes_by_time(make_video):
    # Nine frames in a third of a second, then one frame for three seconds.
    stamps = [*range(9), 9, 84]
    path = make_video("a.mkv", 11, stamps=stamps)
    clip = read_clip(path, ClipSpec(frame_count=4, size=160))
    assert [number_of(frame) for frame in clip.array] == [9, 9, 9, 9]


@pytest.mark.parametrize("how", ["path", "text", "bytes", "file", "memory"])
def test_the_source_may_be_a_path_bytes_or_a_file(make_video, how):
    path = make_video("clip.mp4")
    spec = ClipSpec(frame_count=3, size=32)
    expected = read_clip(path, spec).array
    with path.open("rb") as file:
        source = {
            "path": path,
            "text": str(path),
            "bytes": path.read_bytes(),
            "file": file,
            "memory": io.BytesIO(path.read_bytes()),
        }[how]
        np.testing.assert_array_equal(read_clip(source, spec).array, expected)


@pytest.mark.parametrize("name", ["clip.txt", "clip.png", "clip", "clip.avi", "http:evil.mp4"])
def test_the_bytes_decide_and_not_the_name(make_video, tmp_path, name):
    path = make_video("clip.mp4").rename(tmp_path / name)
    assert read_info(path).container == "MP4"


def test_a_play_list_that_names_other_files_is_not_followed(make_video, tmp_path):
    make_video("secret.ts", container="mpegts")
    for name, text in {
        "a.m3u8": "#EXTM3U\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n",
        "a.ffconcat": "ffconcat version 1.0\nfile secret.ts\n",
        "a.sdp": "v=0\nm=video 5000 RTP/AVP 96\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(UnsupportedMediaError):
            read_info(tmp_path / name)


@pytest.mark.parametrize("data", [b"", b"x", b"hello world" * 1000, bytes(5000)])
def test_not_media(data):
    with pytest.raises(UnsupportedMediaError, match="Kinora reads MP4"):
        read_info(data)


def test_sound_only(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    write_sound(tmp_path / "a.mp4")
    for name in ("a.wav", "a.mp4"):
        with pytest.raises(NoPictureError, match="sound but no picture"):
            read_info(tmp_path / name)


def test_a_song_with_a_cover_is_sound_only(tmp_path):
    write_sound(tmp_path / "song.mp4", has_cover=True)
    with pytest.raises(NoPictureError):
        read_info(tmp_path / "song.mp4")


def write_sound(path, has_cover=False):
    with av.open(str(path), "w") as output:
        sound = output.add_stream("aac", rate=44100, layout="mono")
        cover = None
        if has_cover:
            cover = output.add_stream("mjpeg", rate=1)
            cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
            cover.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 44100, 0
        output.mux(sound.encode(frame))
        output.mux(sound.encode())
        if cover:
            output.mux(cover.encode(av.VideoFrame(64, 64, "yuvj420p")))
            output.mux(cover.encode())


def test_a_missing_file_is_our_own_error(tmp_path):
    with pytest.raises(MediaError, match="cannot be opened"):
        read_info(tmp_path / "nowhere.mp4")


def test_a_stream_that_cannot_be_rewound_is_refused():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with pytest.raises(UnsupportedMediaError, match="Save the stream"):
        read_info(Pipe(b"x"))


def test_cut_off_with_its_index_in_front_is_used_with_a_warning(make_video):
    path = make_video("a.mp4", 100, muxer={"movflags": "+faststart"}, options={"g": "10"})
    data = path.read_bytes()
    clip = read_clip(data[: len(data) * 6 // 10], ClipSpec(frame_count=5, size=160))
    assert "incomplete" in clip.warnings[0] and "of the 4.0 seconds" in clip.warnings[0]
    numbers = [number_of(frame) for frame in clip.array]
    assert numbers == sorted(numbers) and 30 < numbers[-1] < 70


def test_cut_off_without_its_index_says_what_is_missing(make_video):
    data = make_video("a.mp4", 100).read_bytes()
    with pytest.raises(UndecodableError, match="lacks the list of its frames"):
        read_clip(data[: len(data) // 2], ClipSpec())


@pytest.mark.parametrize("name", ["a.mpg", "a.avi", "a.mkv", "a.ts", "a.flv"])
def test_other_cut_off_files_give_what_is_there(make_video, name):
    codec = {"a.mpg": "mpeg2video", "a.avi": "mpeg4"}.get(name, "libx264")
    data = make_video(name, 100, codec=codec).read_bytes()
    clip = read_clip(data[: len(data) // 2], ClipSpec(frame_count=4, size=160))
    numbers = [number_of(frame) for frame in clip.array]
    assert numbers == sorted(numbers) and 10 < numbers[-1] < 80


def test_a_damaged_middle_is_used_with_a_warning(make_video):
    path = make_video("a.mp4", 100, options={"g": "10", "bf": "0", "preset": "veryfast"})
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    clip = read_clip(bytes(data), ClipSpec(frame_count=10, size=160))
    assert any("damaged" in warning for warning in clip.warnings)
    assert number_of(clip.array[-1]) > 85


def test_nothing_decodable(make_video):
    path = make_video("a.mp4", 30, muxer={"movflags": "+faststart"})
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    with pytest.raises(UndecodableError, match="No frame"):
        read_clip(data[:start] + bytes(len(data) - start), ClipSpec())


def test_a_wrong_frame_count_in_the_header_changes_nothing(make_video):
    path = make_video("a.avi", 50, codec="mpeg4")
    data = path.read_bytes()
    spec = ClipSpec(frame_count=5, size=160)
    expected = [number_of(frame) for frame in read_clip(data, spec).array]
    for lie in (0, 1, 10**6):
        at = data.index(b"avih") + 8 + 16  # dwTotalFrames
        lying = data[:at] + lie.to_bytes(4, "little") + data[at + 4 :]
        at = data.index(b"strh") + 8 + 32  # dwLength
        lying = lying[:at] + lie.to_bytes(4, "little") + lying[at + 4 :]
        assert [number_of(frame) for frame in read_clip(lying, spec).array] == expected


def test_an_edit_list_hides_frames(make_video, tmp_path):
    """Cutting without encoding anew keeps hidden frames that the shown ones build on."""
    path = make_video("a.mp4", 60, options={"g": "60", "bf": "0"})
    cut = tmp_path / "cut.mp4"
    with av.open(str(path)) as source, av.open(str(cut), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        shift = 20 * 512
        for packet in source.demux(video=0):
            if packet.size:
                packet.pts -= shift
                packet.dts -= shift
                packet.stream = stream
                output.mux(packet)
    with open_media(cut) as medium:
        numbers = [number_of(frame) for _, frame in medium.frames(medium.timeline.stamps)]
    assert numbers == list(range(20, 60))
    clip = read_clip(cut, ClipSpec(frame_count=4, size=160))
    assert [number_of(frame) for frame in clip.array] == [25, 35, 45, 55]


def test_going_through_a_video_frame_by_frame(make_video):
    path = make_video("a.mp4", 50)
    everything = list(iter_frames(path))
    assert [number_of(frame) for _, frame in everything] == list(range(50))
    assert [round(seconds * 25) for seconds, _ in everything] == list(range(50))
    steps = [number_of(frame) for _, frame in iter_frames(path, step_s=0.4)]
    assert steps == [0, 10, 20, 30, 40]
    assert number_of(next(itertools.islice(iter_frames(path), 7, 8))[1]) == 7
