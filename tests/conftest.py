"""What several parts share: the real data beside the project, and videos made on the spot."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]

# Every frame of a test video shows its own number in black and white blocks, which survive lossy
# compression, scaling and colour conversion.
_BITS = 10


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real clips and images for measuring, which lie beside the project on some machines."""
    folder = Path(os.environ.get("KINORA_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not on this machine")
    return folder


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny compiled bundles: see `tests.tiny_models.write_compiled_models`."""
    from tests.tiny_models import write_compiled_models

    folder = tmp_path_factory.mktemp("models")
    write_compiled_models(folder)
    return folder


def run_python(code: str, *arguments: str, **environment: str) -> str:
    """What a fresh Python process that uses this checkout prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "backend"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def numbered_frame(number: int, width: int = 160, height: int = 120) -> np.ndarray:
    """A frame that shows its number: bits as blocks on top, a moving bar below."""
    frame = np.full((height, width, 3), (60, 110, 160), np.uint8)
    edges = np.linspace(0, width, _BITS + 1).astype(int)
    for bit in range(_BITS):
        frame[: height // 2, edges[bit] : edges[bit + 1]] = 255 * (number >> bit & 1)
    left = number * 3 % width
    frame[height // 2 :, left : left + width // 8] = (200, 90, 40)
    return frame


def number_of(frame: np.ndarray) -> int:
    """The number that a (decoded, scaled) numbered frame shows."""
    height, width = frame.shape[:2]
    edges = np.linspace(0, width, _BITS + 1)
    middles = ((edges[:-1] + edges[1:]) / 2).astype(int)
    brightness = frame[height // 8 : height * 3 // 8, middles].mean(axis=(0, 2))
    return int(sum(1 << bit for bit in range(_BITS) if brightness[bit] > 127))


def write_video(
    path: Path,
    count: int = 60,
    *,
    codec: str = "libx264",
    container: str | None = None,
    pixels: str = "yuv420p",
    size: tuple[int, int] = (160, 120),
    fps: int = 25,
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    stamps: list[int] | None = None,
    frame: Callable[..., np.ndarray] = numbered_frame,
    **context: object,
) -> Path:
    """Encode `count` numbered frames; `stamps` are in units of 1/fps."""
    with av.open(str(path), "w", format=container, options=muxer or {}) as output:
        stream = output.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.options = options or {}
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        for number in range(count):
            picture = av.VideoFrame.from_ndarray(frame(number, *size), "rgb24")
            picture = picture.reformat(format=pixels)
            picture.pts = number if stamps is None else stamps[number]
            picture.time_base = Fraction(1, fps)
            output.mux(stream.encode(picture))
        output.mux(stream.encode())
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Write a numbered video into the test's own folder: `make_video("a.mp4", 60, codec=…)`."""
    return lambda name, *args, **settings: write_video(tmp_path / name, *args, **settings)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Ray cluster of two nodes of this machine; skips where there is no Ray."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    before = dict(os.environ)
    # The nodes' processes import Kinora from here, and tell nobody about it.
    os.environ |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "backend"), str(ROOT)]),
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    node = {"num_cpus": 1, "object_store_memory": 90 << 20}
    running = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    running.add_node(**node)
    yield running
    running.shutdown()
    os.environ.clear()
    os.environ.update(before)
