"""Colours, ranges, rotations and pixel shapes come out as a person would see them."""

from fractions import Fraction

import av
import numpy as np
import pytest
from tests.conftest import write_video

from kinora import ClipSpec
from kinora.media import read_clip, read_image, read_info

RED = (200, 30, 40)
# Kr and Kb of the two matrices; from them follows how RGB becomes YUV.
MATRICES = {"bt601": (0.299, 0.114, 6), "bt709": (0.2126, 0.0722, 1)}


def yuv_of(rgb, matrix, is_full):
    """The textbook's conversion, apart from the code under test."""
    red, green, blue = (value / 255 for value in rgb)
    kr, kb, _ = MATRICES[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = [(blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)]
    if is_full:
        return [luma * 255, *(c * 255 + 128 for c in chroma)]
    return [luma * 219 + 16, *(c * 224 + 128 for c in chroma)]


def write_flat(path, rgb, matrix, *, is_full, is_tagged=True, bits=8, size=(64, 64)):
    pixels = "yuv420p" if bits == 8 else "yuv420p10le"
    values = [round(v * 2 ** (bits - 8)) for v in yuv_of(rgb, matrix, is_full)]
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.options = {"qp": "0"} if bits == 8 else {"crf": "1"}
        if is_tagged:
            stream.codec_context.colorspace = MATRICES[matrix][2]
            stream.codec_context.color_range = 2 if is_full else 1
        for index in range(3):
            frame = av.VideoFrame(*size, pixels)
            for plane, value in zip(frame.planes, values, strict=True):
                kind = np.uint8 if bits == 8 else np.uint16
                plane.update(np.full(plane.buffer_size // kind().itemsize, value, kind))
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
def test_every_matrix_and_range_gives_the_same_colour(tmp_path, matrix, is_full, bits):
    path = write_flat(tmp_path / "a.mp4", RED, matrix, is_full=is_full, bits=bits)
    np.testing.assert_allclose(read_image(path)[32, 32], RED, atol=3)


@pytest.mark.parametrize(("matrix", "size"), [("bt601", (64, 64)), ("bt709", (64, 720))])
def test_untagged_files_follow_the_custom_of_their_size(tmp_path, matrix, size):
    path = write_flat(tmp_path / "a.mp4", RED, matrix, is_full=False, is_tagged=False, size=size)
    np.testing.assert_allclose(read_image(path)[32, 32], RED, atol=3)


def corners(number, width, height):
    """Red top left, green top right, blue bottom left, white bottom right."""
    frame = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    frame[:top, :left], frame[:top, left:] = (255, 0, 0), (0, 255, 0)
    frame[top:, :left], frame[top:, left:] = (0, 0, 255), (255, 255, 255)
    return frame


def corner_names(frame):
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    height, width = frame.shape[:2]
    places = [(8, 8), (8, width - 8), (height - 8, 8), (height - 8, width - 8)]
    return [names[tuple((frame[place] > 127).astype(int))] for place in places]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (0, ["red", "green", "blue", "white"]),
        (90, ["blue", "red", "white", "green"]),
        (180, ["white", "blue", "green", "red"]),
        (270, ["green", "white", "red", "blue"]),
    ],
)
def test_rotation_flags_turn_the_picture_upright(tmp_path, turn, expected):
    """`turn` is how far the player must turn the picture clockwise."""
    path = write_video(tmp_path / "a.mp4", 3, size=(96, 64), frame=corners)
    turned = tmp_path / "turned.mp4"
    with av.open(str(path)) as source, av.open(str(turned), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(-turn)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    frame = read_image(turned)
    assert frame.shape == ((96, 64, 3) if turn % 180 else (64, 96, 3))
    assert corner_names(frame) == expected
    info = read_info(turned)
    assert (info.height, info.width) == frame.shape[:2]


def test_a_real_turned_clip_is_upright(shared_data):
    info = read_info(shared_data / "decoder_clips" / "walk_rot270.mp4")
    assert (info.width, info.height) == (240, 320)


def test_pixels_that_are_not_square_are_stretched(tmp_path):
    path = write_video(
        tmp_path / "a.mp4", 3, codec="mpeg4", size=(96, 64), frame=corners,
        sample_aspect_ratio=Fraction(2, 1),
    )  # fmt: skip
    assert read_image(path).shape == (64, 192, 3)


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_fits(tmp_path, fit):
    path = write_video(tmp_path / "a.mp4", 2, size=(192, 64), frame=corners)
    frame = read_clip(path, ClipSpec(frame_count=1, size=64, fit=fit)).array[0]
    assert frame.shape == (64, 64, 3)
    if fit == "pad":
        np.testing.assert_allclose(frame[2], np.broadcast_to(frame[2, 0], (64, 3)), atol=1)
        assert frame[2].min() > 60, "padding is never black"
    else:
        assert corner_names(frame) == ["red", "green", "blue", "white"]


def test_decoding_writes_nothing_to_the_screen(tmp_path, capfd):
    data = bytearray(write_video(tmp_path / "a.mp4", 30).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    capfd.readouterr()
    assert read_clip(bytes(data), ClipSpec()).warnings
    assert capfd.readouterr() == ("", "")
