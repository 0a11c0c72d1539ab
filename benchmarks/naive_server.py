"""The server that most projects of this kind have: Flask's own, imageio, Keras.

    python benchmarks/naive_server.py BUNDLE PORT

It reads the first 20 frames of an upload and calls `predict` on them.
"""

import sys
import tempfile
from pathlib import Path

import cv2
import imageio.v3 as iio
import numpy as np
from flask import Flask, Response, jsonify, request

from kinora.model.bundle import read_bundle
from kinora.model.h5 import load_keras


def make_app(folder: Path) -> Flask:
    """The application for the bundle in a folder."""
    bundle = read_bundle(folder)
    clip, classes = bundle.info.clip, bundle.info.classes
    network = load_keras(bundle.model_file)
    app = Flask("naive")

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.post("/predict")
    def predict() -> Response:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "video.mp4"
            request.files["video"].save(path)
            video = iio.imiter(path, plugin="pyav")
            frames = [frame for frame, _ in zip(video, range(clip.frame_count), strict=False)]
        small = [cv2.resize(frame, (clip.size, clip.size)) for frame in frames]
        small += [np.zeros_like(small[0])] * (clip.frame_count - len(small))
        answer = network.predict(np.stack(small)[None], verbose=0)[0]
        best = int(answer.argmax())
        return jsonify(success=True, action=classes[best], confidence=float(answer[best]))

    return app


if __name__ == "__main__":
    make_app(Path(sys.argv[1])).run(port=int(sys.argv[2]))
