"""Answers made by hand, for the tests of measuring."""

import numpy as np
import pytest

from kinora.clips import ClipSpec
from kinora.evaluation.answers import Answers
from kinora.media import VideoWriter, read_clip
from kinora.model.info import BundleInfo
from kinora.predictions import Prediction

CLIP = ClipSpec(frame_count=2, size=32)


@pytest.fixture
def answer():
    """Answers from what was shown and what was said, each with a confidence."""

    def make(truth, said, confidence=0.8, groups=None, class_count=3):
        truth, said = np.asarray(truth), np.asarray(said)
        sure = np.broadcast_to(np.asarray(confidence, float), said.shape)
        probabilities = np.repeat((1 - sure)[:, None] / (class_count - 1), class_count, axis=1)
        np.put_along_axis(probabilities, said[:, None], sure[:, None], axis=1)
        names = [str(place) for place in range(len(truth))] if groups is None else groups
        return Answers(probabilities, truth, tuple(map(str, names)))

    return make


class Guesser:
    """Answers by the name of the file, as the tests want it; the clip itself must be readable."""

    def __init__(self, info):
        self.info = info
        self.clip = info.clip

    def predict(self, source):
        read_clip(source, self.clip)
        label, number = source.parent.name, int(source.stem[-1])
        said = "walk" if number > 1 else label
        sure = {said: 0.45 + 0.1 * number}
        rest = (1 - sure[said]) / (len(self.info.classes) - 1)
        return Prediction(
            self.info.classes, tuple(sure.get(name, rest) for name in self.info.classes)
        )

    def encode(self, frames):
        return frames.mean(axis=(1, 2), dtype=np.float32) / 255


def make_guesser(classes=("clap", "walk", "wave"), clip=CLIP, provenance=None):
    """A stand-in for a recognizer whose every answer is known beforehand."""
    return Guesser(BundleInfo("tiny", classes, clip, provenance=provenance or {}))


def write_clips(root):
    """Three clips of walking, three of waving, each a source of its own."""
    for label in ("walk", "wave"):
        (root / label).mkdir(parents=True)
        for number in (1, 2, 3):
            with VideoWriter(root / label / f"{label}_{number}.mp4", 10, 64, 48) as video:
                for step in range(6):
                    video.write(np.full((48, 64, 3), 40 * step, np.uint8))
    return root


@pytest.fixture
def guesser():
    return make_guesser


@pytest.fixture
def clips(tmp_path):
    return write_clips(tmp_path / "clips")
