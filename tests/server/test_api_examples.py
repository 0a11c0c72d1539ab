"""The Python and JavaScript of docs/api.md, run as they are against a real server."""

import re
import shutil
import subprocess
import sys

import pytest
from tests.conftest import ROOT

ADDRESS = "http://127.0.0.1:5000"


def _examples(language: str, url: str) -> str:
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", told, re.DOTALL)
    assert len(blocks) == 3
    code = "\n".join(blocks)
    assert ADDRESS in code
    return code.replace(ADDRESS, url)


def test_the_python_examples_run(server, moving_clip, tmp_path):
    for name in ("clip.mp4", "long.mp4"):
        shutil.copy(moving_clip, tmp_path / name)
    code = _examples("python", server.url)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "event: done" in done.stdout
    assert "start_s" in done.stdout
    assert (tmp_path / "answer.mp4").stat().st_size > 1000


def test_the_javascript_examples_run(server, moving_clip):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    code = _examples("javascript", server.url)
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(server.url + "/docs")
        size, state, action = page.evaluate(
            "async (bytes) => { const file = new File([new Uint8Array(bytes)], 'clip.mp4');"
            f"{code}\n return [annotated.size, state, answer.action]; }}",
            list(moving_clip.read_bytes()),
        )
        browser.close()
    assert size > 1000
    assert state == "done"
    assert action
