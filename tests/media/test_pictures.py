"""Still and animated images, and folders of frames."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.conftest import number_of, numbered_frame

from kinora import ClipSpec, read_clip, read_image
from kinora.errors import MediaTooLargeError, UndecodableError, UnsupportedMediaError
from kinora.media import Limits, read_info, write_image

COLOUR = (200, 60, 20)
SPEC = ClipSpec(frame_count=4, size=160)


def saved(image, **settings):
    file = io.BytesIO()
    image.save(file, **settings)
    return file.getvalue()


def flat(mode="RGB", size=(40, 30)):
    return Image.new("RGB", size, COLOUR).convert(mode)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (saved(flat(), format="JPEG", quality=98), COLOUR),
        (saved(flat("L"), format="JPEG", quality=98), (97, 97, 97)),
        (saved(flat("CMYK"), format="JPEG", quality=98), COLOUR),
        (saved(flat(), format="PNG"), COLOUR),
        (saved(flat("P"), format="PNG"), (204, 51, 0)),
        (saved(flat("L"), format="PNG"), (97, 97, 97)),
        (saved(flat("1"), format="BMP"), None),
        (saved(flat(), format="BMP"), COLOUR),
        (saved(flat(), format="WEBP", lossless=True), COLOUR),
        (saved(flat("P"), format="GIF"), (204, 51, 0)),
        (saved(Image.new("RGBA", (40, 30), (*COLOUR, 255)), format="PNG"), COLOUR),
        (saved(Image.new("RGBA", (40, 30), (*COLOUR, 0)), format="PNG"), (255, 255, 255)),
        (saved(Image.new("RGBA", (40, 30), (0, 0, 0, 128)), format="WEBP"), (127, 127, 127)),
        (saved(Image.new("I;16", (40, 30), 0x8080), format="PNG"), (128, 128, 128)),
        (cv2.imencode(".png", np.full((30, 40, 3), (5120, 15360, 51200), np.uint16))[1].tobytes(),
         COLOUR),
    ],
)  # fmt: skip
def test_every_format_and_colour_model(data, expected):
    frame = read_image(data)
    assert (frame.shape, frame.dtype) == ((30, 40, 3), np.uint8)
    if expected:
        np.testing.assert_allclose(frame[15, 20], expected, atol=4)
    assert read_info(data).kind == "image"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(orientation):
    upright = numbered_frame(0b1000000001)
    exif = Image.Exif()
    exif[0x0112] = orientation
    # How a camera held in that way would have stored the upright scene.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    data = saved(Image.fromarray(np.ascontiguousarray(stored)), format="JPEG", exif=exif)
    frame = read_image(data)
    assert frame.shape == upright.shape
    np.testing.assert_allclose(frame.astype(int).mean(), upright.mean(), atol=3)
    assert number_of(frame) == 0b1000000001
    info = read_info(data)
    assert (info.width, info.height) == (160, 120)


def test_a_still_is_a_clip_of_one_frame():
    clip = read_clip(saved(Image.fromarray(numbered_frame(5)), format="PNG"), SPEC)
    assert len(clip.frames) == 1
    assert clip.order == (0, 0, 0, 0)
    assert clip.times_s == (0.0, 0.0, 0.0, 0.0)
    assert number_of(clip.array[3]) == 5


def test_a_large_photo_is_decoded_small_but_described_as_it_is():
    data = saved(Image.fromarray(numbered_frame(77, 3200, 2400)), format="JPEG")
    clip = read_clip(data, ClipSpec(size=64))
    assert (clip.info.width, clip.info.height) == (3200, 2400)
    full = cv2.resize(read_image(data), (64, 64), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(clip.array[0].astype(int), full, atol=24)
    assert np.abs(clip.array[0].astype(int) - full).mean() < 1


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_a_clip(name):
    pictures = [Image.fromarray(numbered_frame(n)) for n in range(20)]
    data = saved(
        pictures[0], format=name, save_all=True, append_images=pictures[1:], duration=50, loop=0
    )
    clip = read_clip(data, SPEC)
    assert (clip.info.kind, clip.info.duration_s, clip.info.fps) == ("video", 1.0, 20.0)
    assert [number_of(frame) for frame in clip.array] == [2, 7, 12, 17]
    assert clip.times_s == (0.1, 0.35, 0.6, 0.85)


def test_an_animation_goes_by_time():
    pictures = [Image.fromarray(numbered_frame(n)) for n in range(3)]
    data = saved(
        pictures[0],
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[100, 100, 1800],
    )
    assert [number_of(frame) for frame in read_clip(data, SPEC).array] == [2, 2, 2, 2]


def test_real_animation(shared_data):
    clip = read_clip(shared_data / "decoder_clips" / "walk_gif.gif", SPEC)
    assert (clip.info.kind, clip.info.fps) == ("video", 10.0)
    assert len(clip.frames) == 4


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_cut_off_image_is_used_with_a_warning(name):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    data = saved(Image.fromarray(noise), format=name)
    clip = read_clip(data[: len(data) // 2], SPEC)
    assert "damaged or cut off" in clip.warnings[0]


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0" + bytes(50), b"GIF89a" + bytes(4)])
def test_an_image_without_a_picture_is_undecodable(data):
    with pytest.raises(UndecodableError):
        read_image(data)


def test_a_folder_of_frames_is_a_clip_in_natural_order(tmp_path):
    for number in range(12):
        write_image(tmp_path / f"frame_{number}.png", numbered_frame(number))
    (tmp_path / "notes.txt").write_text("not a frame")
    clip = read_clip(tmp_path, ClipSpec(frame_count=12, size=160))
    assert [number_of(frame) for frame in clip.array] == list(range(12))
    assert clip.info.fps == 25


def test_damaged_frames_of_a_folder_are_left_out_and_counted(tmp_path):
    for number in range(10):
        write_image(tmp_path / f"{number:03}.png", numbered_frame(number))
    (tmp_path / "004.png").write_bytes(b"broken")
    clip = read_clip(tmp_path, ClipSpec(frame_count=10, size=160))
    assert [number_of(frame) for frame in clip.array] == [0, 1, 2, 3, 5, 5, 6, 7, 8, 9]
    assert "1 of 10 frames" in clip.warnings[0]


def test_a_folder_without_a_usable_frame(tmp_path):
    with pytest.raises(UnsupportedMediaError, match="no image"):
        read_clip(tmp_path, SPEC)
    (tmp_path / "1.jpg").write_bytes(b"broken")
    with pytest.raises(UndecodableError):
        read_clip(tmp_path, SPEC)


def test_a_huge_image_is_refused_before_it_is_decoded():
    # 30,000 x 30,000 black pixels pack into a few hundred kilobytes.
    data = saved(Image.new("1", (30_000, 30_000)), format="PNG")
    with pytest.raises(MediaTooLargeError):
        read_image(data)
    with pytest.raises(MediaTooLargeError, match="100x50"):
        read_image(saved(flat(size=(100, 50)), format="PNG"), Limits(max_pixels=4999))
