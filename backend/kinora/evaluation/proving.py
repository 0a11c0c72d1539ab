"""int8 only where it is proven: the same clips through the engine in both precisions."""

from dataclasses import replace
from typing import Any

import numpy as np

from kinora.clips import ClipSpec
from kinora.data.samples import DataSet
from kinora.evaluation.evaluation import Evaluation
from kinora.evaluation.measure import evaluate
from kinora.inference.loading import load
from kinora.inference.recognizer import Recognizer
from kinora.media import read_clip
from kinora.model.bundle import Bundle, add_graphs

# So many fewer of the clips may be right than in float.
_ALLOWED_LOSS = 0.005
# Of fewer clips one is more than a point, and nothing is proven.
_FEWEST_CLIPS = 100
# Enough to see how far numbers reach, and to see a wrong graph.
_SAMPLED_CLIPS = 8


def sample_frames(data_set: DataSet, clip: ClipSpec) -> np.ndarray:
    """Frames of a few training clips, (count, size, size, 3), to calibrate and compare on."""
    samples = data_set.part("train")
    some = samples[:: max(1, len(samples) // _SAMPLED_CLIPS)]
    return np.concatenate([read_clip(sample.path, clip).array for sample in some])


def prove_int8(bundle: Bundle, data_set: DataSet, frames: np.ndarray) -> tuple[Bundle, Evaluation]:
    """Let the bundle use int8 if it is as often right as in float, and say how that came out.

    Args:
        bundle: With graphs in float.
        data_set: In parts; the test part decides. If it is small, float stays.
        frames: From `sample_frames`.

    Returns:
        The bundle and how good it is, in the precision that it uses from now on.
    """
    from kinora.model.export import compile_int8

    loaded = load(bundle.folder)
    in_float = evaluate(Recognizer(loaded), data_set)
    if in_float.clips.count < _FEWEST_CLIPS:
        return bundle, in_float
    compiled = compile_int8(bundle, frames)
    contents = {part: graph.content for part, graph in compiled.items()}
    in_int8 = evaluate(Recognizer(replace(loaded, graphs=contents)), data_set)
    measured = {"top1_float32": in_float.clips.top1, "top1_int8": in_int8.clips.top1}
    if in_int8.clips.top1 < in_float.clips.top1 - _ALLOWED_LOSS:
        kept = {
            part: (replace(graph, parity={**graph.parity, **measured}), loaded.graphs[part])
            for part, graph in bundle.graphs.items()
        }
        return add_graphs(bundle, kept), in_float
    shared = _differences(in_float, in_int8) | measured
    graphs = {
        part: (
            replace(graph, precision="int8", parity={**shared, **compiled[part].parity}),
            contents[part],
        )
        for part, graph in bundle.graphs.items()
    }
    return add_graphs(bundle, graphs), in_int8


def _differences(first: Evaluation, second: Evaluation) -> dict[str, Any]:
    """How far the answers about the same clips are from each other."""
    apart = np.abs(first.answers.probabilities - second.answers.probabilities)
    return {
        "largest_difference": float(apart.max()),
        "agreement": float(np.mean(first.answers.chosen == second.answers.chosen)),
        "clips": len(apart),
    }
