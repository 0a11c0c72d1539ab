"""A short form of the mixed load and of the thousand requests; both can run as long as you like."""

import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT


@pytest.mark.parametrize("words", [["0.25"], ["5", "--requests=200"]], ids=["mixed", "identities"])
def test_nothing_fails_grows_or_is_left_behind(words, compiled_models):
    soak = str(ROOT / "benchmarks" / "soak_server.py")
    done = subprocess.run(
        [sys.executable, soak, *words, f"--models={compiled_models}"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "backend")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
