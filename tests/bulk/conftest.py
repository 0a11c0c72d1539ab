"""Clips for bulk work, and `kinora bulk` as a function and as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT, write_video
from tests.tiny_models import scene

from kinora import cli
from kinora.media import write_image

# What differs from run to run.
TIMES = ("decode_ms", "recognize_ms", "total_ms")


@pytest.fixture(autouse=True)
def _models(compiled_models, monkeypatch):
    monkeypatch.setenv("KINORA_MODELS", str(compiled_models))


@pytest.fixture(scope="session")
def media(tmp_path_factory) -> Path:
    """Twelve videos, an image, and a file that only looks like a video."""
    folder = tmp_path_factory.mktemp("media")
    (folder / "deeper").mkdir()
    for number in range(12):
        write_video(folder / "deeper" / f"clip {number}.mp4", 10 + 5 * number, frame=scene)
    write_image(folder / "photo.png", scene(3, 80, 60))
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.fixture
def bulk(tmp_path, capsys):
    """Run `kinora bulk` here; its exit code and what it printed as JSON, or its complaint."""

    def run(source: object, *words: object, out: str = "rows.jsonl"):
        given = ["bulk", str(source), "--out", str(tmp_path / out), "--json", *map(str, words)]
        code = cli.main(given)
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return run


def start_bulk(source: Path, out: Path, *words: str) -> subprocess.Popen:
    """`kinora bulk` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kinora", "bulk", str(source), "--out", str(out), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "backend")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def read_rows(path: Path) -> list[dict]:
    """The rows of a .jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def without_times(rows: list[dict]) -> list[dict]:
    """The rows without what differs from run to run."""
    return [{key: row[key] for key in row if key not in TIMES} for row in rows]
