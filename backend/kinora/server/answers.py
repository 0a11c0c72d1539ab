"""From a prediction to the JSON that clients get."""

from typing import Any

import numpy as np

from kinora.inference.recognizer import Recognizer
from kinora.media import MediaInfo
from kinora.predictions import Prediction

# Times in milliseconds of a second; probabilities as exact as float32 is.
_TIME_DIGITS = 3
_DIGITS = 7


def percent(confidence: float) -> float:
    """A fraction as the percentage that clients see."""
    return round(100 * confidence, 2)


def top_scores(prediction: Prediction, count: int) -> list[dict[str, Any]]:
    """The best actions, the best first."""
    return [
        {"action": score.action, "confidence": percent(score.confidence)}
        for score in prediction.top[:count]
    ]


def answer(
    recognizer: Recognizer, prediction: Prediction, info: MediaInfo, top_k: int
) -> dict[str, Any]:
    """What every answer holds; the caller adds the times."""
    best = prediction.top[0]
    confidence = percent(best.confidence)
    return {
        "success": True,
        "action": best.action,
        "prediction": {
            "action": best.action,
            "confidence": confidence,
            "class_index": best.class_index,
        },
        "top": top_scores(prediction, top_k),
        "all_predictions": {
            score.action: round(score.confidence, _DIGITS) for score in prediction.top
        },
        "message": f"Predicted action: {best.action} ({confidence:.2f}% confidence)",
        "unsure": prediction.is_unsure,
        "input": _medium(info, prediction),
        "model": {"name": recognizer.name, "version": recognizer.version},
        "timings_ms": {},
        "warnings": list(prediction.warnings),
    }


def segments(prediction: Prediction) -> list[dict[str, Any]]:
    """What happens when."""
    return [
        {
            "start_s": round(segment.start_s, _TIME_DIGITS),
            "end_s": round(segment.end_s, _TIME_DIGITS),
            "action": segment.action,
            "confidence": percent(segment.confidence),
        }
        for segment in prediction.segments
    ]


def seconds(classes: tuple[str, ...], rows: np.ndarray) -> list[dict[str, Any]]:
    """The best action of every second."""
    return [
        {
            "time_s": time_s,
            "action": classes[int(row.argmax())],
            "confidence": percent(float(row.max())),
        }
        for time_s, row in enumerate(rows)
    ]


def _medium(info: MediaInfo, prediction: Prediction) -> dict[str, Any]:
    return {
        "kind": info.kind,
        "duration_s": round(info.duration_s, _TIME_DIGITS),
        "fps": None if info.fps is None else round(info.fps, _TIME_DIGITS),
        "width": info.width,
        "height": info.height,
        "frames_used_s": [round(time_s, _TIME_DIGITS) for time_s in prediction.frame_times_s],
    }
