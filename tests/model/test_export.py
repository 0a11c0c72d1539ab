"""Compiled graphs answer like Keras, belong to one model.h5, and are refused when they do not."""

import json

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from kinora import ClipSpec, cli
from kinora.errors import ModelError
from kinora.model import export
from kinora.model.architecture import build_network, split
from kinora.model.bundle import read_bundle, write_bundle
from kinora.model.export import compile_int8, compile_network, export_bundle
from kinora.model.specs import HeadSpec, NetworkSpec

SPEC = NetworkSpec(width=0.35, head=HeadSpec(units=4))
FRAMES = export._rendered_frames(60, 32)


def wake(network):
    """Give an untrained network loud weights, so that different frames get different answers."""
    encoder, head = split(network)
    for layer in encoder.get_layer("backbone").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    encoder(FRAMES, training=True)  # now the moving averages are those of these frames
    rng = np.random.default_rng(2)
    head.set_weights([rng.normal(0, 0.1, values.shape) for values in head.get_weights()])
    return network


@pytest.fixture(scope="module")
def exported(tmp_path_factory, tiny_info):
    keras.utils.set_random_seed(1)
    network = wake(build_network(SPEC, tiny_info.clip, 3, weights="none"))
    bundle = write_bundle(tmp_path_factory.mktemp("models") / "tiny", network, tiny_info)
    return network, export_bundle(bundle, FRAMES[:6])


def run_graph(content, values):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def test_graphs_answer_like_keras(exported):
    network, bundle = exported
    encoder, head = (bundle.graph_file(part).read_bytes() for part in ("encoder", "head"))
    for clip in (FRAMES[0:2], FRAMES[3:5]):
        features = np.concatenate([run_graph(encoder, frame[None]) for frame in clip])
        answer = run_graph(head, features[None])
        expected = network.predict(clip[None], verbose=0)
        assert np.abs(answer - expected).max() < 1e-4
        assert expected.max() > 0.4  # loud enough to tell a right graph from a dead one


def test_what_was_measured_is_kept(exported):
    _, bundle = exported
    assert read_bundle(bundle.folder) == bundle
    assert set(bundle.graphs) == {"encoder", "head"}
    for graph in bundle.graphs.values():
        assert graph.made_from == bundle.files["model.h5"]
        assert graph.precision == "float32"
        assert graph.parity["largest_difference"] < 1e-4
        assert graph.parity["agreement"] == 1.0
        assert graph.parity["clips"] == 3
        assert graph.parity["megabytes"] > 0
        assert graph.parity["median_ms"] > 0


@pytest.mark.parametrize("kind", ["gru", "transformer", "mean"])
def test_every_head_compiles(kind):
    spec = NetworkSpec(width=0.35, head=HeadSpec(kind, units=4, bidirectional=True))
    network = build_network(spec, ClipSpec(3, 32), 4, weights="none")
    assert compile_network(network)["head"].parity["largest_difference"] < 1e-5


def test_a_head_in_int8_is_smaller_and_answers_alike(exported):
    _, bundle = exported
    compiled = compile_int8(bundle, FRAMES)
    assert set(compiled) == {"encoder", "head"}
    in_float = {part: bundle.graph_file(part).stat().st_size for part in compiled}
    for part, graph in compiled.items():
        assert len(graph.content) < in_float[part] / 2
        assert graph.parity["median_ms"] > 0
    encoder, head = (bundle.graph_file(part).read_bytes() for part in ("encoder", "head"))
    features = np.concatenate([run_graph(encoder, frame[None]) for frame in FRAMES[:2]])
    expected, found = (
        run_graph(content, features[None]) for content in (head, compiled["head"].content)
    )
    assert 0 < np.abs(expected - found).max() < 0.02


def test_graphs_of_other_weights_and_no_numbers_are_noticed(exported, monkeypatch):
    network, bundle = exported
    contents = {part: bundle.graph_file(part).read_bytes() for part in bundle.graphs}
    monkeypatch.setattr(export, "convert", lambda model, dtype: contents[model.name])
    assert compile_network(network)["head"].parity["agreement"] == 1.0
    other = build_network(SPEC, bundle.info.clip, 3, weights="none")
    with pytest.raises(ModelError, match="answer differently"):
        compile_network(other)
    head = split(other)[1]
    head.set_weights([values * np.nan for values in head.get_weights()])
    with pytest.raises(ModelError, match="by up to nan"):
        compile_network(other)


def test_the_command_mends_a_damaged_graph(exported, capsys):
    _, bundle = exported
    bundle.graph_file("head").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="kinora export"):
        read_bundle(bundle.folder)
    assert cli.main(["export", str(bundle.folder), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["head"] == read_bundle(bundle.folder).graphs["head"].to_dict()
    assert cli.main(["export", str(bundle.folder)]) == 0
    assert "the same action in 100%" in capsys.readouterr().out


def test_the_command_refuses_other_weights(tiny_bundle, capsys):
    with tiny_bundle.model_file.open("ab") as file:
        file.write(b"!")
    assert cli.main(["export", str(tiny_bundle.folder)]) == 1
    assert "sha256 differs" in capsys.readouterr().err
