"""An explanation points at the frame and at the part of it that carried the answer."""

import numpy as np
import pytest

from kinora import Recognizer, read_clip
from kinora.inference.encoding import FrameEncoder
from kinora.inference.explaining import explain
from kinora.media import write_image

RED, BLUE, GREY = (230, 40, 40), (40, 40, 230), (128, 128, 128)


@pytest.fixture(scope="module")
def colours(compiled_models):
    return Recognizer.load(compiled_models / "tints", threads=2)


def still(tmp_path, colours_by_frame):
    """A folder of frames of one colour each, some with a patch in the lower right corner."""
    for number, (colour, patch) in enumerate(colours_by_frame):
        frame = np.full((90, 160, 3), colour, np.uint8)
        frame[60:85, 110:150] = patch
        write_image(tmp_path / f"{number}.png", frame)
    return tmp_path


def test_the_weight_is_on_the_frame_that_carried_the_answer(colours, tmp_path):
    folder = still(tmp_path, [(GREY, GREY), (GREY, GREY), (RED, RED), (GREY, GREY)])
    explanation = explain(colours, read_clip(folder, colours.clip))
    assert explanation.action == "red"
    weights = [frame.weight for frame in explanation.frames]
    assert sum(weights) == pytest.approx(1)
    assert weights[2] > 0.9
    assert [frame.time_s for frame in explanation.frames] == pytest.approx([0, 0.04, 0.08, 0.12])


def test_the_heat_is_on_the_part_that_carried_the_answer(colours, tmp_path):
    folder = still(tmp_path, [(GREY, GREY), (GREY, RED), (GREY, GREY), (GREY, GREY)])
    explanation = explain(colours, read_clip(folder, colours.clip))
    frame = explanation.frames[1]
    assert frame.weight > 0.9
    assert (frame.heat.min(), frame.heat.max()) == (0, 1)
    row, column = np.unravel_index(frame.heat.argmax(), frame.heat.shape)
    assert row in (3, 4), "the patch lies in both"
    assert column == 4
    assert frame.heat[:2, :3].max() < 0.2
    assert frame.image.shape == (108, 192, 3)
    assert (frame.image[80, 155] > (180, 0, 0)).all()
    assert [f.heat is None for f in explanation.frames].count(True) == 1


def test_an_image_is_one_frame_that_carried_everything(colours, image_recognizer, tmp_path):
    frame = np.full((60, 60, 3), GREY, np.uint8)
    frame[:20, :20] = BLUE
    write_image(tmp_path / "a.png", frame)
    explanation = explain(colours, read_clip(tmp_path / "a.png", colours.clip))
    (shown,) = explanation.frames
    assert (explanation.action, shown.weight, shown.time_s) == ("blue", 1.0, 0.0)
    assert shown.heat.shape == (8, 8)
    assert shown.heat[:3, :3].mean() > 5 * shown.heat[4:, 4:].mean()
    answer = explain(image_recognizer, read_clip(tmp_path / "a.png", image_recognizer.clip))
    assert len(answer.frames) == 1


def test_where_no_frame_matters_all_share(colours, tmp_path):
    folder = still(tmp_path, [(RED, RED)] * 4)
    explanation = explain(colours, read_clip(folder, colours.clip))
    assert [frame.weight for frame in explanation.frames] == [0.25] * 4
    assert max(frame.heat.max() for frame in explanation.frames[:3]) == 0


def test_image_models_explain_videos(image_recognizer, clips):
    clip = read_clip(clips[0], image_recognizer.clip)
    explanation = explain(image_recognizer, clip)
    assert len(explanation.frames) == len(clip.frames) == 20
    assert explanation.action == image_recognizer.predict(clip).action


def test_it_costs_a_few_recognitions(recognizer, clips, monkeypatch):
    encoded, encode = [], FrameEncoder.encode
    monkeypatch.setattr(
        FrameEncoder, "encode", lambda self, frame: (encoded.append(1), encode(self, frame))[1]
    )
    clip = read_clip(clips[0], recognizer.clip)
    explain(recognizer, clip)
    assert len(encoded) <= len(clip.frames) + 3 * 25, "about three more clips"
