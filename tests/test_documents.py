"""README and docs against the code: commands, flags, routes, settings and file names are real."""

import re
import shlex
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from kinora.cli import build_parser
from kinora.server import ServerSettings, create_app
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Files of the examples, which are there or not as the reader has them.
MADE_UP = re.compile(r"(clip|photo|long|old|answer|clips|mine|NAME|ID|SECRET)")
TOP_FOLDERS = ("backend", "frontend", "models", "notebooks", "samples", "plots", "docs", "deploy")
OTHER_TOOLS = ("useradd", "systemctl", "docker", "ffmpeg", "export", "ray", "kubectl", "helm", "#")


def commands(document):
    """The lines of its shell examples, joined where they go on, without remarks."""
    for block in re.findall(r"```bash\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield re.sub(r"\s+#.*$", "", line.strip())


ALL_COMMANDS = [(path.name, line) for path in DOCUMENTS for line in commands(path)]


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    app = create_app(ServerSettings(data=tmp_path_factory.mktemp("data")))
    return app.url_map.bind("127.0.0.1")


@pytest.mark.parametrize(("name", "line"), ALL_COMMANDS)
def test_a_command_of_the_documents_is_a_real_one(name, line, routes):
    words = shlex.split(line)
    program = Path(words[0]).name
    if program == "kinora":
        assert build_parser().parse_args(words[1:]).run
    elif program == "make":
        targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert words[1] in targets
    elif program == "pip":
        files = [after for flag, after in pairwise(words) if flag == "-r"]
        assert all((ROOT / file).is_file() for file in files)
        assert files or "." in words or words[-1].startswith((".[", "kinora["))
    elif program == "curl":
        _check_address(words, routes)
    elif program.startswith("python"):
        assert words[1] == "-m" or (ROOT / words[1]).is_file()
    else:
        assert program in OTHER_TOOLS, f"{name} shows a command that no test knows: {line}"


def _check_address(words, routes):
    (address,) = [word for word in words if word.startswith("http")]
    path = re.sub(r"^https?://[^/]+", "", address).split("?")[0] or "/"
    is_sent = any(word in ("-F", "--data-binary", "-d") for word in words)
    method = words[words.index("-X") + 1] if "-X" in words else ("POST" if is_sent else "GET")
    assert routes.match(path, method=method)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_settings_of_the_documents_exist(document):
    text = document.read_text(encoding="utf-8")
    known = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "backend").rglob("*.py"))
    settings = {f"KINORA_{entry.name.upper()}" for entry in fields(ServerSettings)}
    for variable in set(re.findall(r"\bKINORA_[A-Z_]+\b", text)):
        assert variable in settings or variable in known or variable == "KINORA_PORTS", variable
    for path in set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", text)):
        if path.split("/")[0] in TOP_FOLDERS and not MADE_UP.search(path):
            assert (ROOT / path).exists(), path
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text):
        assert (document.parent / target).exists(), target
