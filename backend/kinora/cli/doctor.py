"""Look the installation over: one screen to read, or to paste into a bug report.

Exit code 1 says that something serving needs is missing or broken.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import kinora
from kinora.errors import KinoraError
from kinora.paths import cache_folder, data_folder, frontend_folder, models_folder

HELP = "look the installation over"

GOOD, NOTE, BROKEN = "ok", "note", "BROKEN"
_NEEDED = ("ai-edge-litert", "av", "flask", "numpy", "opencv-python-headless", "uvicorn")
_FOR_TRAINING = ("keras", "tensorflow", "pandas")
# What people film, download and export, as FFmpeg calls it.
_DECODERS = ("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg1video", "mpeg2video", "mjpeg")
_ENCODER = "libx264"
_CPU_FEATURES = ("avx2", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp")
_LITTLE_DISK_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """What was found: about what, whether it is well, and in words."""

    topic: str
    state: str
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora doctor`."""
    port = os.environ.get("KINORA_PORT") or os.environ.get("PORT") or "5000"
    parser.add_argument(
        "--port", type=int, default=port, help="the port that is to be free (default: 5000)"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")


def run(options: argparse.Namespace) -> int:
    """Print what was found."""
    findings = list(_findings(options.port))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = "" if finding.state == GOOD else f"{finding.state}: "
            print(f"{finding.topic:<10} {mark}{finding.text}")
    return int(any(finding.state == BROKEN for finding in findings))


def _findings(port: int) -> Iterator[Finding]:
    yield Finding("kinora", GOOD, f"{kinora.__version__} in {Path(kinora.__file__).parent}")
    yield Finding("python", GOOD, f"{platform.python_version()} in {sys.prefix}")
    yield Finding("system", GOOD, f"{platform.platform()}, {os.cpu_count()} cores{_cpu()}")
    yield Finding("gpu", GOOD, _gpu())
    yield _libraries("libraries", _NEEDED, BROKEN, "Install backend/requirements.txt.")
    hint = "Needed for training only: backend/requirements-train.txt."
    yield _libraries("training", _FOR_TRAINING, NOTE, hint)
    yield _codecs()
    yield _page()
    yield from _bundles()
    yield _port(port)
    for name, folder in (("models", models_folder()), ("cache", cache_folder())):
        yield _disk(name, folder)
    yield _disk("jobs", data_folder())


def _cpu() -> str:
    """The features that make recognising fast, where the system tells them."""
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").lower().split())
    except OSError:
        return f", {platform.processor() or platform.machine()}"
    found = [name for name in _CPU_FEATURES if name in words]
    return f", {platform.machine()} with {', '.join(found) or 'none of the fast instructions'}"


def _gpu() -> str:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none found; recognising needs none, training is faster with one"
    command = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "nvidia-smi is there but does not answer: is the driver loaded?"
    return told.stdout.strip().replace("\n", "; ")


def _libraries(topic: str, names: tuple[str, ...], state: str, hint: str) -> Finding:
    versions = {name: _version(name) for name in names}
    missing = [name for name, version in versions.items() if version is None]
    text = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    if not missing:
        return Finding(topic, GOOD, text)
    return Finding(topic, state, f"{', '.join(missing)} missing. {hint} {text}".rstrip())


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _codecs() -> Finding:
    try:
        from av.codec import codecs_available
    except ImportError as error:
        return Finding("codecs", BROKEN, f"PyAV does not load: {error}")
    missing = [name for name in (*_DECODERS, _ENCODER) if name not in codecs_available]
    if missing:
        return Finding("codecs", NOTE, f"{', '.join(missing)} missing: such videos are refused.")
    return Finding("codecs", GOOD, f"{', '.join(_DECODERS)}; writing with {_ENCODER}")


def _page() -> Finding:
    folder = frontend_folder()
    if (folder / "index.html").is_file():
        return Finding("page", GOOD, str(folder))
    return Finding("page", BROKEN, f"There is no index.html in {folder}. See KINORA_FRONTEND.")


def _bundles() -> Iterator[Finding]:
    from kinora.model.bundle import list_bundles

    folder = models_folder()
    good, broken = list_bundles(folder)
    for bundle in good:
        yield Finding("model", *_loaded(bundle.folder))
    for entry in broken:
        yield Finding("model", BROKEN, f"{entry.folder.name}: {entry.reason}")
    if not good and not broken:
        yield Finding("model", NOTE, f"There is none in {folder}. `kinora train` makes one.")


def _loaded(folder: Path) -> tuple[str, str]:
    try:
        from kinora.inference.recognizer import Recognizer

        info = Recognizer.load(folder).info
    except (KinoraError, ImportError) as error:
        return BROKEN, f"{folder.name}: {error}"
    return GOOD, f"{folder.name}: {info.input_kind}, {len(info.classes)} actions, verified, loads"


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        if os.name != "nt":
            # A server that has just stopped leaves traces that do not matter.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            text = f"{port} is taken, perhaps by Kinora itself. `make run PORT=5055` takes another."
            return Finding("port", NOTE, text)
    return Finding("port", GOOD, f"{port} is free")


def _disk(name: str, folder: Path) -> Finding:
    there = folder
    while not there.exists():
        there = there.parent
    free_gb = shutil.disk_usage(there).free / 1e9
    text = f"{free_gb:.1f} GB free for {name} in {folder}"
    return Finding("disk", GOOD if free_gb >= _LITTLE_DISK_GB else NOTE, text)
