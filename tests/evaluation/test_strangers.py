"""How sure a model is about clips of actions that it does not know."""

from dataclasses import replace

import pytest

from kinora.data.layouts import read
from kinora.errors import DataError
from kinora.evaluation.strangers import meet


def test_only_clips_of_other_actions_are_counted(guesser, clips):
    recognizer = guesser(("clap", "walk"))
    recognizer.info = replace(recognizer.info, threshold=0.7)
    # The guesser would say wave, which the model does not know.
    (clips / "wave" / "wave_1.mp4").unlink()
    strangers = meet(recognizer, read(clips))
    assert strangers.count == 2
    assert strangers.unsure == pytest.approx(0.5)
    assert strangers.confidence == pytest.approx(0.7)
    assert strangers.loud == 0
    assert "2 clips of clips with none of its actions: 50% answered as unsure" in str(strangers)


def test_a_data_set_of_its_own_actions_is_refused(guesser, clips):
    with pytest.raises(DataError, match="Choose another data set"):
        meet(guesser(), read(clips))
