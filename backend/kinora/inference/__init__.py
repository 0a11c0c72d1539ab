"""Recognition without TensorFlow: compiled graphs behind one Recognizer, and what builds on it."""

from kinora.inference.recognizer import Recognizer

__all__ = ["Recognizer"]
