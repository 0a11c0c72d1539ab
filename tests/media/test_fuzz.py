"""Whatever bytes come, only frames or our own errors come out, and memory stays bounded."""

import io

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.conftest import numbered_frame, write_video

from kinora import ClipSpec, read_clip
from kinora.errors import MediaError
from kinora.media import Limits

SPEC = ClipSpec(frame_count=4, size=16)
LIMITS = Limits(max_pixels=1_000_000, max_seconds=600)
CASES_PER_FORMAT = 200
MOST_GROWTH = 300 * 1024**2

VIDEOS = {
    "a.mp4": {},
    "b.mp4": {"muxer": {"movflags": "frag_keyframe+empty_moov"}, "codec": "mpeg4"},
    "a.mkv": {"codec": "mpeg4"},
    "a.webm": {"codec": "libvpx", "options": {"deadline": "realtime"}},
    "a.avi": {"codec": "mpeg4"},
    "b.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
    "a.mpg": {"codec": "mpeg2video"},
    "a.ts": {"codec": "mpeg2video"},
    "a.flv": {"codec": "flv"},
    "a.wmv": {"codec": "wmv2", "container": "asf"},
}
IMAGES = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
ANIMATIONS = ("animated GIF", "animated WEBP", "animated PNG")


def image_bytes(name, is_animated):
    pictures = [Image.fromarray(numbered_frame(n, 48, 32)) for n in range(4)]
    file = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if is_animated else {}
    pictures[0].save(file, format=name, **more)
    return file.getvalue()


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    found = {
        name: write_video(folder / name, 12, size=(48, 32), **how).read_bytes()
        for name, how in VIDEOS.items()
    }
    found |= {name: image_bytes(name, False) for name in IMAGES}
    found |= {name: image_bytes(name.split()[1], True) for name in ANIMATIONS}
    return found


def read(data):
    """Read damaged bytes; anything but frames or our own error fails the test."""
    try:
        clip = read_clip(bytes(data), SPEC, LIMITS)
    except MediaError as error:
        assert str(error)
        return False
    assert clip.array.shape == (4, 16, 16, 3)
    assert clip.array.dtype == np.uint8
    return True


def damage(data, random):
    """One of the ways in which files break."""
    data = bytearray(data)
    how = random.integers(4)
    at = int(random.integers(len(data)))
    if how == 0:  # a few wrong bytes, more often near the header
        for _ in range(int(random.integers(1, 9))):
            data[int(len(data) * random.random() ** 3)] = int(random.integers(256))
    elif how == 1:  # cut off
        del data[at:]
    elif how == 2:  # a hole
        del data[at : at + int(random.integers(1, 200))]
    else:  # large numbers where sizes and counts stand
        data[at : at + 4] = random.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)])
    return data


@pytest.mark.parametrize(
    "name", [*VIDEOS, *IMAGES, "animated GIF", "animated WEBP", "animated PNG"]
)
def test_damaged_files(originals, name):
    """Thousands of cases in all; each format has its own seed, so a failure can be repeated."""
    random = np.random.default_rng(len(name) * 1000 + sum(name.encode()))
    original = originals[name]
    assert read(original)
    before = psutil.Process().memory_info().rss
    survivors = sum(read(damage(original, random)) for _ in range(CASES_PER_FORMAT))
    grown = psutil.Process().memory_info().rss - before
    assert grown < MOST_GROWTH, f"{grown / 1e6:.0f} MB more than before"
    assert 0 < survivors < CASES_PER_FORMAT, "the damage is neither harmless nor always fatal"


HEADS = [b"\x00\x00\x00\x18ftypmp42", b"RIFF\xff\xff\xff\x7fAVI LIST", b"\x1aE\xdf\xa3",
         b"\x00\x00\x01\xba", b"0&\xb2u\x8ef\xcf\x11", b"FLV\x01", b"GIF89a", b"\x89PNG\r\n\x1a\n",
         b"\xff\xd8\xff", b"BM", b"RIFF\x10\x00\x00\x00WEBPVP8 ", b"OggS", b""]  # fmt: skip


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_any_bytes_behind_any_signature(head, rest):
    read(head + rest)
