"""The one Recognizer behind every answer: command line, server, bulk and evaluation."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinora.clips import ClipSpec
from kinora.errors import ModelError
from kinora.inference.encoding import FrameEncoder
from kinora.inference.loading import Loaded, load
from kinora.inference.runtime import CompiledGraph, default_threads
from kinora.media import Clip, Limits, MediaInfo, Source, read_clip
from kinora.predictions import Prediction

# How many frames of a video a model of single images looks at.
_FRAMES_FOR_IMAGE_MODELS = 20

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Recognition:
    """A prediction together with what it was made from and how long that took.

    Args:
        prediction: The answer.
        info: The facts of the file.
        decode_ms: Until the last frame was there; frames before it were encoded meanwhile.
        recognize_ms: From there to the answer.
    """

    prediction: Prediction
    info: MediaInfo
    decode_ms: float
    recognize_ms: float


class Recognizer:
    """Recognises actions with one model. May be used from many threads at once.

    Every frame is encoded once. A video model sees an image as a clip that stands still. A model
    of single images answers for a video with the mean of its probabilities over 20 frames spread
    over the whole video.
    """

    def __init__(self, loaded: Loaded, threads: int | None = None) -> None:
        self.name, self.version, self.info = loaded.name, loaded.version, loaded.info
        threads = threads or default_threads()
        encoder, head = (
            CompiledGraph(loaded.graphs[part], f"The {part} of {loaded.name}", threads)
            for part in ("encoder", "head")
        )
        _check_shapes(self.info.clip, encoder, head)
        self.info.check_class_count(head.output_shape[-1], "The compiled head")
        self._head = head
        self.frames = FrameEncoder(encoder, threads)

    @classmethod
    def load(cls, path: Path | str, threads: int | None = None) -> "Recognizer":
        """Load the bundle in a folder, or an .h5 file with its classes.json or labels.json.

        Args:
            path: The folder or the file; a file is compiled now, which needs TensorFlow.
            threads: How many frames to encode at the same time; by default as many as the
                machine has cores, 8 at most.

        Raises:
            ModelError: Something is missing, damaged or contradicts itself.
        """
        return cls(load(Path(path)), threads)

    @property
    def classes(self) -> tuple[str, ...]:
        """The actions, in the order of the model's outputs."""
        return self.info.classes

    @property
    def input_kind(self) -> str:
        """`video`, or `image` for a model of single images."""
        return self.info.input_kind

    @property
    def clip(self) -> ClipSpec:
        """How a medium becomes the frames that this recognizer looks at."""
        if self.input_kind == "image":
            return replace(self.info.clip, frame_count=_FRAMES_FOR_IMAGE_MODELS)
        return self.info.clip

    def predict(self, source: Source | Clip, limits: Limits = _DEFAULT_LIMITS) -> Prediction:
        """The action in a video, an image, a folder of frames, bytes, an open file or a clip.

        Args:
            source: What to look at; a `Clip` must have been read with `self.clip`.
            limits: What is too large.

        Raises:
            MediaError: The source cannot be read; one of its kinds, see `kinora.errors`.
        """
        if isinstance(source, Clip):
            return self._answer(source, self.encode(source.frames))
        return self.recognize(source, limits).prediction

    def recognize(self, source: Source, limits: Limits = _DEFAULT_LIMITS) -> Recognition:
        """Like `predict`, with the facts of the file and the time it took."""
        start = time.perf_counter()
        encoding = self.frames.begin()
        clip = read_clip(source, self.clip, limits, on_frame=encoding.add)
        decoded = time.perf_counter()
        prediction = self._answer(clip, encoding.features(last=len(clip.frames)))
        end = time.perf_counter()
        return Recognition(prediction, clip.info, (decoded - start) * 1000, (end - decoded) * 1000)

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """The features of uint8 RGB frames (count, size, size, 3), as (count, F)."""
        size = self.info.clip.size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3) or not len(frames):
            raise ModelError(
                f"{self.name} takes uint8 RGB frames of shape (count, {size}, {size}, 3), not "
                f"{frames.dtype} {frames.shape}. `kinora.media.fit_frame` brings them there."
            )
        if len(frames) == 1:
            return self.frames.encode(frames[0])[None]
        encoding = self.frames.begin()
        for frame in frames:
            encoding.add(frame)
        return encoding.features(last=len(frames))

    def classify(self, features: np.ndarray) -> np.ndarray:
        """The probabilities (C,) for the features (T, F) of a clip.

        T is the model's frame count; for a model of single images it is any number of frames,
        and their probabilities are averaged.
        """
        if self.input_kind == "image":
            return np.mean([self._head.run(row[None, None])[0] for row in features], axis=0)
        expected = self._head.input_shape[1:]
        if features.shape != expected:
            raise ModelError(
                f"{self.name} takes features of shape {expected}, not {features.shape}."
            )
        return self._head.run(features[None])[0]

    def prediction(self, features: np.ndarray, **details: object) -> Prediction:
        """`classify` as a Prediction; `details` are its further fields."""
        probabilities = tuple(float(value) for value in self.classify(features))
        is_unsure = max(probabilities) < (self.info.threshold or 0.0)
        return Prediction(self.classes, probabilities, is_unsure=is_unsure, **details)

    def _answer(self, clip: Clip, features: np.ndarray) -> Prediction:
        is_still_image = self.input_kind == "image" and len(features) == 1
        prediction = self.prediction(
            features if is_still_image else features[list(clip.order)],
            frame_times_s=clip.times_s,
            warnings=clip.warnings,
        )
        if not prediction.is_unsure:
            return prediction
        doubt = (
            f"This may be wrong: {self.name} counts as sure from {self.info.threshold:.0%} on, "
            f"and {prediction.action} has {prediction.confidence:.0%}. Perhaps the "
            f"{clip.info.kind} shows something that the model was never taught."
        )
        return replace(prediction, warnings=(*prediction.warnings, doubt))


def _check_shapes(clip: ClipSpec, encoder: CompiledGraph, head: CompiledGraph) -> None:
    """Refuse graphs that do not fit the clip settings or each other."""
    feature_size = encoder.output_shape[-1]
    fits = (
        encoder.input_shape == (1, clip.size, clip.size, 3)
        and encoder.input_type == np.uint8
        and head.input_shape == (1, clip.frame_count, feature_size)
    )
    if not fits:
        raise ModelError(
            f"The compiled graphs take frames {encoder.input_shape} and features "
            f"{head.input_shape}; the clip settings say {clip.frame_count} frames of {clip.size} "
            f"pixels with {feature_size} features. Export the model again."
        )
