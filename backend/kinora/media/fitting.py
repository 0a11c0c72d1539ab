"""The one resize that training, serving, camera and files share."""

import cv2
import numpy as np

from kinora.clips import ClipSpec


def fit_frame(frame: np.ndarray, spec: ClipSpec) -> np.ndarray:
    """Bring an RGB frame of any size to the square that the model wants."""
    if spec.fit == "crop":
        frame = _middle_square(frame)
    elif spec.fit == "pad":
        frame = _padded_square(frame)
    return resize(frame, spec.size, spec.size)


def resize(frame: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize without flicker: area averages when shrinking, straight lines when growing."""
    if frame.shape[:2] == (height, width):
        return np.ascontiguousarray(frame)
    shrinks = frame.shape[0] >= height and frame.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(frame, (width, height), interpolation=method)


def _middle_square(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return frame[top : top + edge, left : left + edge]


def _padded_square(frame: np.ndarray) -> np.ndarray:
    """Fill up with the frame's mean colour; black bars would look like part of the scene."""
    height, width = frame.shape[:2]
    edge = max(height, width)
    square = np.empty((edge, edge, 3), np.uint8)
    square[:] = frame.mean(axis=(0, 1)).round().astype(np.uint8)
    top, left = (edge - height) // 2, (edge - width) // 2
    square[top : top + height, left : left + width] = frame
    return square
