"""What the README asks a server by curl is really answered."""

import re
import shlex
import shutil
import subprocess

import pytest
from tests.conftest import ROOT
from tests.test_documents import ALL_COMMANDS

REQUESTS = [line for name, line in ALL_COMMANDS if name == "README.md" and line.startswith("curl")]


def test_the_readme_shows_how_to_ask():
    assert any("/predict" in line for line in REQUESTS)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("line", REQUESTS)
def test_it_is_answered(line, server):
    words = [re.sub(r"^http://[^/]+", server.url, word) for word in shlex.split(line)]
    command = [*words, "--silent", "--write-out", "\n%{http_code}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] in ("200", "202"), done.stdout + done.stderr
