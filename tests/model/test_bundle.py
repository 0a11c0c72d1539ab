"""Bundles are read whole or refused with the reason, and replaced without a moment of half."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinora.errors import ModelError
from kinora.model.architecture import split
from kinora.model.bundle import add_graphs, list_bundles, read_bundle, sha256_of, write_bundle
from kinora.model.h5 import load_keras, read_h5_metadata
from kinora.model.info import Graph


def edit(bundle, **changes):
    """Change bundle.json by hand; None removes a part."""
    path = bundle.folder / "bundle.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values.update(changes)
    path.write_text(
        json.dumps({key: value for key, value in values.items() if value is not None}),
        encoding="utf-8",
    )


def test_what_was_written_is_read(tiny_bundle, tiny_info):
    bundle = read_bundle(tiny_bundle.folder)
    assert bundle == tiny_bundle
    assert bundle.info == tiny_info
    assert bundle.version == f"sha256:{sha256_of(bundle.model_file)}"
    assert sorted(path.name for path in bundle.folder.iterdir()) == [
        "README.md", "bundle.json", "labels.json", "model.h5",
    ]  # fmt: skip
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["tiny"]


def test_the_one_file_knows_what_the_folder_knows(tiny_bundle):
    assert read_h5_metadata(tiny_bundle.model_file) == tiny_bundle.info


def test_facts_of_any_size_fit_into_the_file(tmp_path, tiny_network, tiny_info):
    info = replace(tiny_info, provenance={"clips": ["a clip's name"] * 20_000})
    bundle = write_bundle(tmp_path / "tiny", tiny_network, info)
    assert read_h5_metadata(bundle.model_file) == info


def test_the_network_comes_back(tiny_bundle, tiny_network):
    clips = np.random.default_rng(0).integers(0, 256, (2, 2, 32, 32, 3), dtype=np.uint8)
    expected = np.array(tiny_network(clips))
    assert np.abs(expected[0] - expected[1]).max() > 1e-4
    for path in (tiny_bundle.folder, tiny_bundle.model_file):
        network = load_keras(path)
        assert np.allclose(np.array(network(clips)), expected, atol=1e-6)
        assert split(network)[1].output_shape == (None, 3)


def test_reading_needs_neither_keras_nor_h5py(tiny_bundle):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from kinora.model.bundle import list_bundles, read_bundle\n"
        "read_bundle(Path(sys.argv[1]))\n"
        "assert len(list_bundles(Path(sys.argv[1]).parent)[0]) == 1\n"
        "print([name for name in ('keras', 'tensorflow', 'h5py', 'numpy') if name in sys.modules])"
    )
    import kinora

    answer = subprocess.run(
        [sys.executable, "-c", code, str(tiny_bundle.folder)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(kinora.__file__).parents[1])},
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 2}, "format version is 2"),
        ({"format": None}, "format version is None"),
        ({"name": "../tiny"}, "no name for a model"),
        ({"classes": []}, "list of names"),
        ({"classes": 3}, "list of names"),
        ({"classes": ["clap", ["walk"]]}, "list of names"),
        ({"classes": ["clap", "clap", "wave"]}, "named twice: clap"),
        ({"classes": ["clap", "walk"]}, "not about the model's 2 classes"),
        ({"classes": ["clap", "walk"], "scores": {}}, "name different classes"),
        ({"clip": {"frame_count": 0}}, "frame_count must be"),
        ({"clip": None}, "'clip' must be a JSON object"),
        ({"input": "sound"}, "video or image"),
        ({"input": "image"}, "clip of one frame"),
        ({"scores": {"top1": 1.0}}, "need a 'protocol'"),
        ({"network": []}, "'network' must be"),
        ({"files": None}, "'files' must hold"),
        ({"graphs": None}, "'graphs' must be"),
        ({"graphs": {"head": {"file": "head.tflite"}}}, "needs file, precision and made_from"),
        ({"files": {"model.h5": "0" * 64, "labels.json": "0" * 64}}, "sha256 differs"),
    ],
)
def test_contradictions_in_the_facts_are_refused(tiny_bundle, changes, sentence):
    edit(tiny_bundle, **changes)
    with pytest.raises(ModelError, match=sentence):
        read_bundle(tiny_bundle.folder)


@pytest.mark.parametrize("name", ["../model.h5", "/etc/passwd", "a/b", "a\\b", "C:x", "..", ""])
def test_file_names_cannot_lead_out_of_the_folder(tiny_bundle, name):
    edit(tiny_bundle, files={**tiny_bundle.files, name: "0" * 64})
    with pytest.raises(ModelError, match="plain name"):
        read_bundle(tiny_bundle.folder)
    with pytest.raises(ModelError, match="plain name"):
        Graph(name, "float32", "0" * 64)


def test_a_missing_file_is_named(tiny_bundle):
    tiny_bundle.model_file.unlink()
    with pytest.raises(ModelError, match=r"model\.h5 is missing"):
        read_bundle(tiny_bundle.folder, verify=False)


def test_a_changed_file_is_refused_unless_asked_not_to_look(tiny_bundle):
    with tiny_bundle.model_file.open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelError, match=r"model\.h5 is not the file"):
        read_bundle(tiny_bundle.folder)
    assert read_bundle(tiny_bundle.folder, verify=False).info == tiny_bundle.info


def test_the_card_may_be_edited(tiny_bundle):
    (tiny_bundle.folder / "README.md").write_text("my own words", encoding="utf-8")
    assert read_bundle(tiny_bundle.folder) == tiny_bundle


def test_no_bundle_and_no_json_are_said_so(tiny_bundle, tmp_path):
    with pytest.raises(ModelError, match="kinora import"):
        read_bundle(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="cannot be read"):
        read_bundle(tiny_bundle.model_file)
    (tiny_bundle.folder / "bundle.json").write_text('{"format": 1,', encoding="utf-8")
    with pytest.raises(ModelError, match="no JSON"):
        read_bundle(tiny_bundle.folder)
    (tiny_bundle.folder / "bundle.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match="JSON object"):
        read_bundle(tiny_bundle.folder)


def test_listing_tells_good_from_broken(tiny_bundle, tmp_path):
    models = tiny_bundle.folder.parent
    shutil.copytree(tiny_bundle.folder, models / "copy")
    (models / "empty").mkdir()
    (models / ".tiny.part").mkdir()
    (models / "notes.txt").write_text("not a folder", encoding="utf-8")
    good, broken = list_bundles(models)
    assert [bundle.name for bundle in good] == ["copy", "tiny"]
    assert [(entry.folder.name, "no bundle.json" in entry.reason) for entry in broken] == [
        ("empty", True)
    ]
    assert list_bundles(tmp_path / "nowhere") == ((), ())


def test_network_and_facts_must_fit_each_other(tmp_path, tiny_network, tiny_info):
    info = replace(tiny_info, classes=("clap", "walk"), scores={})
    with pytest.raises(ModelError, match="3 numbers, but tiny names 2 classes"):
        write_bundle(tmp_path / "tiny", tiny_network, info)
    info = replace(tiny_info, clip=replace(tiny_info.clip, size=64))
    with pytest.raises(ModelError, match="clip settings say"):
        write_bundle(tmp_path / "tiny", tiny_network, info)
    info = replace(tiny_info, provenance={"loss": float("nan")})
    with pytest.raises(ModelError, match="plain numbers"):
        write_bundle(tmp_path / "tiny", tiny_network, info)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_replaces_a_bundle_but_nothing_else(tiny_bundle, tiny_network, tiny_info):
    newer = replace(tiny_info, scores={})
    assert write_bundle(tiny_bundle.folder, tiny_network, newer).info == newer
    assert [path.name for path in tiny_bundle.folder.parent.iterdir()] == ["tiny"]
    foreign = tiny_bundle.folder.parent / "holiday"
    foreign.mkdir()
    (foreign / "photo.jpg").write_bytes(b"precious")
    with pytest.raises(ModelError, match="is no bundle"):
        write_bundle(foreign, tiny_network, tiny_info)
    assert (foreign / "photo.jpg").read_bytes() == b"precious"


@pytest.mark.parametrize("step", ["weights", "rename"])
def test_a_full_disk_leaves_the_old_bundle(step, tiny_bundle, tiny_network, tiny_info, monkeypatch):
    def disk_full(*arguments, **options):
        raise OSError(28, "No space left on device")

    if step == "weights":
        monkeypatch.setattr("kinora.model.bundle.save_network", disk_full)
    else:
        rename = Path.rename
        is_new = lambda path: path.name.endswith(".part") and ".old." not in path.name  # noqa: E731
        monkeypatch.setattr(Path, "rename", lambda a, b: disk_full() if is_new(a) else rename(a, b))
    with pytest.raises(ModelError, match="No space left on device"):
        write_bundle(tiny_bundle.folder, tiny_network, replace(tiny_info, scores={}))
    monkeypatch.undo()
    assert read_bundle(tiny_bundle.folder) == tiny_bundle
    assert [path.name for path in tiny_bundle.folder.parent.iterdir()] == ["tiny"]


def test_graphs_are_bound_to_the_weights_they_were_made_from(tiny_bundle):
    with pytest.raises(ModelError, match="kinora export"):
        tiny_bundle.graph_file("encoder")
    own = tiny_bundle.files["model.h5"]
    graph = Graph("encoder.tflite", "float32", own, {"largest_difference": 1e-6})
    bundle = add_graphs(tiny_bundle, {"encoder": (graph, b"graph")})
    assert bundle == read_bundle(bundle.folder)
    assert bundle.graphs == {"encoder": graph}
    assert bundle.graph_file("encoder").read_bytes() == b"graph"
    assert bundle.files["model.h5"] == own
    assert "encoder.tflite" in (bundle.folder / "README.md").read_text(encoding="utf-8")

    edit(bundle, graphs={"encoder": {**graph.to_dict(), "made_from": "0" * 64}})
    with pytest.raises(ModelError, match=r"made from another model\.h5"):
        read_bundle(bundle.folder)
    edit(bundle, graphs={"encoder": {**graph.to_dict(), "file": "other.tflite"}})
    with pytest.raises(ModelError, match="no hash"):
        read_bundle(bundle.folder)


def test_graphs_of_other_weights_are_not_taken_in(tiny_bundle):
    graph = Graph("encoder.tflite", "float32", "0" * 64)
    with pytest.raises(ModelError, match=r"made from another model\.h5"):
        add_graphs(tiny_bundle, {"encoder": (graph, b"graph")})
    assert read_bundle(tiny_bundle.folder) == tiny_bundle


def test_the_card_tells_protocol_scores_and_weaknesses(tiny_bundle):
    card = (tiny_bundle.folder / "README.md").read_text(encoding="utf-8")
    for words in (
        "# tiny",
        "2 frames of 32 by 32 pixels",
        "`clap`, `walk`, `wave`",
        "Measured on: 12 rendered clips, no body in two parts",
        "| top1 | 0.75 |",
        "An answer below 60% counts as unsure",
        "| backbone | mobilenet_v2 |",
        "| head units | 4 |",
        "| seed | 7 |",
        "Its weakest actions are `walk`",
        "kinora predict clip.mp4 --model tiny",
    ):
        assert words in card
