"""int8 is measured on the test clips, and used only where it is as often right as float."""

import shutil

import numpy as np
import pytest
from tests.tiny_models import scene

from kinora import Recognizer, cli
from kinora.data.samples import DataSet, Sample
from kinora.evaluation import proving
from kinora.evaluation.proving import prove_int8, sample_frames
from kinora.media import write_image
from kinora.model.bundle import read_bundle


@pytest.fixture
def bundle(compiled_models, tmp_path):
    shutil.copytree(compiled_models / "poses", tmp_path / "poses")
    return read_bundle(tmp_path / "poses")


@pytest.fixture(scope="module")
def pictures(compiled_models, tmp_path_factory):
    """Pictures whose labels are what the model in float says."""
    folder = tmp_path_factory.mktemp("pictures")
    recognizer = Recognizer.load(compiled_models / "poses")
    samples = []
    for number in range(130):
        path = folder / f"{number}.png"
        write_image(path, scene(number * 10, 40, 60))
        label = recognizer.predict(path).action
        samples.append(Sample(path, label, path.name, "train" if number < 10 else "test"))
    return DataSet(folder, "made", "image", tuple(samples), "made up")


def prove(bundle, pictures):
    return prove_int8(bundle, pictures, sample_frames(pictures, bundle.info.clip))


def test_int8_is_used_where_it_is_as_often_right(bundle, pictures, monkeypatch):
    monkeypatch.setattr(proving, "_ALLOWED_LOSS", 0.2)
    proven, evaluation = prove(bundle, pictures)
    assert proven == read_bundle(bundle.folder)
    graph = proven.graphs["encoder"]
    assert graph.precision == proven.graphs["head"].precision == "int8"
    assert graph.parity["top1_float32"] == 1.0
    assert 0.8 <= graph.parity["top1_int8"] == evaluation.clips.top1
    assert graph.parity["agreement"] == pytest.approx(graph.parity["top1_int8"])
    assert 1e-5 < graph.parity["largest_difference"] < 1
    assert graph.parity["clips"] == 120
    card = (bundle.folder / "README.md").read_text(encoding="utf-8")
    assert "this bundle uses int8" in card
    answers = Recognizer.load(bundle.folder).predict(pictures.part("test")[0].path)
    assert np.allclose(answers.probabilities, evaluation.answers.probabilities[0], atol=1e-6)


def test_the_command_says_which_is_used(bundle, pictures, monkeypatch, capsys):
    monkeypatch.setattr(proving, "_ALLOWED_LOSS", 0.2)
    rows = [f"{sample.path.name},{sample.label},{sample.split}" for sample in pictures.samples]
    table = "\n".join(["path,label,split1", *rows])
    (pictures.root / "metadata.csv").write_text(table, encoding="utf-8")
    assert cli.main(["export", str(bundle.folder), "--int8", str(pictures.root)]) == 0
    printed = capsys.readouterr().out
    assert "int8 is used" in printed
    assert "In int8, against float32 on 120 clips" in printed
    assert cli.main(["export", str(bundle.folder)]) == 0
    assert "In float32, against Keras on" in capsys.readouterr().out


def test_otherwise_float_ships_and_the_card_says_so(bundle, pictures, monkeypatch):
    monkeypatch.setattr(proving, "_ALLOWED_LOSS", -0.1)  # it would have to be better
    before = bundle.graph_file("encoder").read_bytes()
    proven, evaluation = prove(bundle, pictures)
    assert {graph.precision for graph in proven.graphs.values()} == {"float32"}
    assert proven.graph_file("encoder").read_bytes() == before
    assert evaluation.clips.top1 == 1.0
    assert proven.graphs["encoder"].parity["top1_int8"] <= 1.0
    assert "this bundle uses float32" in (bundle.folder / "README.md").read_text(encoding="utf-8")


def test_too_few_clips_prove_nothing(bundle, pictures):
    some = DataSet(pictures.root, "made", "image", pictures.samples[:60], "made up")
    proven, evaluation = prove(bundle, some)
    assert proven == bundle
    assert evaluation.clips.count == 50
