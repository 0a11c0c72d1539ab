"""Compiled graphs refuse what they are not, and many threads share them."""

import threading
import time

import numpy as np
import pytest

from kinora.errors import ModelError
from kinora.inference.encoding import FrameEncoder
from kinora.inference.loading import load
from kinora.inference.recognizer import Recognizer
from kinora.inference.runtime import CompiledGraph


@pytest.fixture(scope="module")
def loaded(compiled_models):
    return load(compiled_models / "moves")


def test_what_is_no_graph_is_refused():
    with pytest.raises(ModelError, match="The head is no graph"):
        CompiledGraph(b"not a graph at all", "The head", 1)


def test_an_input_of_another_shape_is_refused_and_the_graph_goes_on(loaded):
    graph = CompiledGraph(loaded.graphs["head"], "The head", 1)
    with pytest.raises(ModelError, match="cannot be run"):
        graph.run(np.zeros((1, 3, 8), np.float32))
    assert graph.run(np.zeros((1, 6, 8), np.float32)).shape == (1, 4)


def test_graphs_that_do_not_fit_the_model_are_refused(loaded):
    swapped = {"encoder": loaded.graphs["head"], "head": loaded.graphs["encoder"]}
    with pytest.raises(ModelError, match="the clip settings say 6 frames of 32 pixels"):
        Recognizer(type(loaded)(loaded.name, loaded.version, loaded.info, swapped))


def test_threads_never_mix_their_answers(loaded):
    graph = CompiledGraph(loaded.graphs["encoder"], "The encoder", 3)
    frames = np.random.default_rng(0).integers(0, 256, (8, 1, 32, 32, 3), dtype=np.uint8)
    expected = [graph.run(frame) for frame in frames]
    wrong = []

    def repeat(index):
        for _ in range(50):
            if not np.array_equal(graph.run(frames[index]), expected[index]):
                wrong.append(index)

    threads = [threading.Thread(target=repeat, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_stream_of_frames_is_never_far_ahead_of_its_reader(loaded):
    encoder = FrameEncoder(CompiledGraph(loaded.graphs["encoder"], "The encoder", 2), 2)
    drawn = []

    def frames():
        for number in range(40):
            drawn.append(number)
            yield number / 10, np.full((32, 32, 3), number * 6, np.uint8)

    times, features = [], []
    for time_s, feature in encoder.stream(frames()):
        times.append(time_s)
        features.append(feature)
        assert len(drawn) - len(times) <= 5
    assert times == [number / 10 for number in range(40)]
    expected = [encoder.encode(np.full((32, 32, 3), number * 6, np.uint8)) for number in range(40)]
    assert np.array_equal(features, expected)


def test_work_side_by_side_comes_back_in_order_and_is_never_far_ahead(loaded):
    encoder = FrameEncoder(CompiledGraph(loaded.graphs["encoder"], "The encoder", 2), 2)
    drawn, done = [], []

    def items():
        for number in range(40):
            drawn.append(number)
            yield f"item {number}", number

    def slower_now_and_then(number):
        time.sleep(0.01 if number % 3 == 0 else 0)
        return number * number

    for label, result in encoder.side_by_side(slower_now_and_then, items()):
        assert (label, result) == (f"item {len(done)}", len(done) ** 2)
        done.append(result)
        assert len(drawn) - len(done) <= 5
    assert len(done) == 40


def test_work_that_fails_says_so(loaded):
    encoder = FrameEncoder(CompiledGraph(loaded.graphs["encoder"], "The encoder", 2), 2)
    with pytest.raises(ZeroDivisionError):
        list(encoder.side_by_side(lambda number: 1 / number, [("first", 1), ("second", 0)]))


@pytest.mark.parametrize("part", ["encoder", "head"])
def test_an_answer_is_the_same_however_it_is_spread(loaded, part):
    graph = CompiledGraph(loaded.graphs[part], "The graph", 2, alone=2)
    values = np.random.default_rng(0).integers(0, 256, graph.input_shape).astype(graph.input_type)
    assert graph.run(values) == pytest.approx(graph.run(values, may_spread=False), abs=1e-5)
