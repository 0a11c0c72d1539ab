"""What `pip install .` installs works outside the clone: command, page, models and samples."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinora.model.bundle import list_bundles
from tests.conftest import ROOT, run_python

CODE = """
import json
import kinora
from kinora.server import create_app
from kinora.server.config import ServerSettings
client = create_app(ServerSettings()).test_client()
print(json.dumps({
    "package": kinora.__file__,
    "page": client.get("/", headers={"Accept": "text/html"}).text[:2000],
    "samples": client.get("/samples").json["samples"],
    "models": client.get("/models").json["models"],
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of an installation that was made from a wheel."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("kinora-*.whl")
    site = folder / "site"
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)],
        check=True,
        capture_output=True,
    )
    return site


def test_an_installation_serves_page_models_and_samples(site, tmp_path):
    home = {"PYTHONPATH": str(site), "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    told = json.loads(run_python(CODE, **home))
    assert Path(told["package"]).is_relative_to(site)
    assert "<title>Kinora" in told["page"]
    assert {sample["name"] for sample in told["samples"]} >= {"wave.mp4", "wave.jpg"}
    shipped = {bundle.name for bundle in list_bundles(ROOT / "models")[0]}
    assert {model["name"] for model in told["models"]} == shipped


def test_the_command_of_an_installation_says_where_it_is(site, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kinora", "doctor", "--json", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(site), "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    texts = {finding["topic"]: finding["text"] for finding in json.loads(done.stdout)}
    assert str(site) in texts["kinora"]
    assert str(site) in texts["page"]


def test_nothing_but_our_own_files_is_packed(site):
    tops = {path.name for path in (site / "kinora" / "shipped").iterdir()}
    assert tops == {"frontend", "models", "samples"}
    packed = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    assert not [path for path in packed if path.suffix in (".npz", ".npy", ".training")]
