"""`kinora models` lists what is there, and says why something is not."""

import json

from kinora.cli import main
from kinora.model.bundle import add_graphs
from kinora.model.info import Graph


def test_the_table_names_actions_scores_and_faults(tiny_bundle, capsys):
    (tiny_bundle.folder.parent / "empty").mkdir()
    assert main(["models", "--models", str(tiny_bundle.folder.parent)]) == 0
    text = capsys.readouterr().out
    assert "tiny: video, 3 actions" in text
    assert "clap, walk, wave" in text
    assert "top1 0.75 (12 rendered clips, no body in two parts)" in text
    assert "sure     from 60% on" in text
    assert "kinora export" in text
    assert "empty: BROKEN." in text


def test_json_has_parity_and_reasons(tiny_bundle, capsys):
    graph = Graph("head.tflite", "float32", tiny_bundle.files["model.h5"], {"agreement": 1.0})
    add_graphs(tiny_bundle, {"head": (graph, b"graph")})
    (tiny_bundle.folder.parent / "empty").mkdir()
    assert main(["models", "--json", "--models", str(tiny_bundle.folder.parent)]) == 0
    answer = json.loads(capsys.readouterr().out)
    (model,) = answer["models"]
    assert (model["name"], model["input"]) == ("tiny", "video")
    assert model["threshold"] == 0.6
    assert model["scores"]["protocol"].startswith("12 rendered")
    assert model["graphs"]["head"]["parity"] == {"agreement": 1.0}
    assert "no bundle.json" in answer["broken"][0]["reason"]


def test_an_empty_folder_says_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KINORA_MODELS", str(tmp_path))
    assert main(["models"]) == 0
    assert "kinora train" in capsys.readouterr().out
