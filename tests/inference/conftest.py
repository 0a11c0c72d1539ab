"""The tiny compiled models as recognizers, and clips that they tell apart."""

import pytest
from tests.conftest import write_video
from tests.tiny_models import scene

from kinora import Recognizer


@pytest.fixture(scope="session")
def recognizer(compiled_models):
    return Recognizer.load(compiled_models / "moves", threads=2)


@pytest.fixture(scope="session")
def image_recognizer(compiled_models):
    return Recognizer.load(compiled_models / "poses", threads=2)


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Eight different clips of 2.5 seconds, at 10 frames a second."""
    folder = tmp_path_factory.mktemp("clips")
    return [
        write_video(
            folder / f"{index}.mp4",
            25,
            fps=10,
            frame=lambda number, *size, first=index * 20: scene(first + number, *size),
        )
        for index in range(8)
    ]
