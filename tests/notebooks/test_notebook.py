"""The notebook runs from top to bottom, and is what its script makes."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from notebooks.make_notebook import FOLDER, NAME, read_script, run
from tests.conftest import ROOT

WEIGHTS = "weights/mobilenet_v2_1.0_224_imagenet_no_top.weights.h5"


def sources(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_the_notebook_is_what_its_script_makes():
    kept = nbformat.read(FOLDER / f"{NAME}.ipynb", as_version=4)
    assert sources(kept) == sources(read_script()), "run `make notebook`"


def test_the_notebook_was_kept_with_its_outputs_and_without_this_machine():
    kept = nbformat.read(FOLDER / f"{NAME}.ipynb", as_version=4)
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert sum(bool(cell.outputs) for cell in code) >= len(code) / 2
    text = json.dumps(kept.cells)
    assert str(ROOT.parent) not in text
    assert "/root/" not in text


@pytest.mark.timeout(900)
def test_it_runs_from_top_to_bottom_on_rendered_people(tmp_path, monkeypatch):
    shared = Path(os.environ.get("KINORA_SHARED", ROOT.parent / "shared"))
    weights = Path(os.environ.get("KINORA_WEIGHTS", shared / WEIGHTS))
    if not weights.is_file():
        pytest.skip("the ImageNet weights are not on this machine, and tests download nothing")
    monkeypatch.setenv("KINORA_WEIGHTS", str(weights))
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KINORA_PLOTS", str(tmp_path / "plots"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "backend"))
    run(read_script(), tmp_path)
    report = json.loads((tmp_path / "runs/notebook/report/report.json").read_text())
    assert report["clips"]["top1"] > 0.5, "five actions: chance is 0.2"
    assert (tmp_path / "runs/notebook/bundle.zip").is_file()
