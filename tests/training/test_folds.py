"""Heads of several folds: no clip is judged by a head that saw it; joined they answer as one."""

import keras
import numpy as np
import pytest

from kinora.errors import DataError, SettingError
from kinora.model.heads import build_head
from kinora.model.specs import HeadSpec
from kinora.training.folds import join_heads, with_val_learned
from kinora.training.material import read_and_split
from kinora.training.trainer import Job, train


@pytest.mark.parametrize(
    "spec",
    [
        HeadSpec(units=3),
        HeadSpec(units=2, pooling="last", motion=False),
        HeadSpec("gru", units=3),
        HeadSpec("mean"),
    ],
)
def test_a_joined_head_answers_with_the_average_of_the_logits(spec):
    heads = [_noisy_head(spec, seed) for seed in range(3)]
    wide, joined = join_heads(spec, heads)
    features = np.random.default_rng(0).normal(0, 1, (5, 4, 6)).astype(np.float32)
    logits = np.mean([np.log(head.predict(features, verbose=0)) for head in heads], axis=0)
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert np.allclose(joined.predict(features, verbose=0), expected, atol=1e-5)
    # An ordinary head: whoever reads the bundle needs to know nothing of folds.
    assert build_head(wide, 4, 6, 3).count_params() == joined.count_params()


def _noisy_head(spec, seed):
    keras.utils.set_random_seed(seed)
    head = build_head(spec, 4, 6, 3)
    random = np.random.default_rng(seed)
    head.set_weights([random.normal(0, 0.5, values.shape) for values in head.get_weights()])
    return head


def test_every_clip_but_those_of_test_is_measured_once(tiny_clips, tiny_config):
    whole, folds, _ = read_and_split(tiny_clips, None, tiny_config(folds=3))
    learned = {s.path for part in ("train", "val") for s in whole.part(part)}
    measured = [s.path for fold in folds for s in fold.part("val")]
    assert len(folds) == 3
    assert sorted(measured) == sorted(learned)
    for fold in folds:
        assert fold.part("test") == whole.part("test")
        assert {s.path for part in ("train", "val") for s in fold.part(part)} == learned
        groups = [{s.group for s in fold.part(part)} for part in ("train", "val")]
        assert not groups[0] & groups[1]


def test_more_folds_than_sources_are_refused(tiny_clips, tiny_config):
    with pytest.raises(DataError, match="Ask for fewer"):
        read_and_split(tiny_clips, None, tiny_config(folds=40))


def test_val_is_learned_too_and_the_bundle_says_so(tiny_clips, tiny_config, folders):
    job = Job(tiny_clips, folders / "mine", tiny_config(folds=3, units=4))
    trained = train(job)
    info = trained.bundle.info
    assert [entry["stage"] for entry in trained.history] == [
        f"head {number}/3" for number in (1, 2, 3) for _ in range(3)
    ]
    assert info.network["head"]["units"] == 12
    assert info.provenance["clips"] == {"train": 12, "val": 4, "test": 4}
    assert "learned from train and val" in info.scores["protocol"]


def test_interrupted_between_folds_it_ends_with_the_same_head(
    tiny_clips, tiny_config, folders, monkeypatch, without_ending
):
    config = tiny_config(folds=2, units=4)
    whole = train(Job(tiny_clips, folders / "whole", config))
    from kinora.training import trainer

    learn = trainer._learn

    def stop_after(*parts):
        learn(*parts)
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "_learn", stop_after)
    with pytest.raises(KeyboardInterrupt):
        train(Job(tiny_clips, folders / "stopped", config))
    monkeypatch.setattr(trainer, "_learn", learn)
    again = train(Job(tiny_clips, folders / "stopped", config, is_resumed=True))
    assert again.history == whole.history


@pytest.mark.parametrize(
    "others", [{"tune": 1}, {"fine_tune": 1}, {"temporal": "transformer"}, {"layers": 2}]
)
def test_what_cannot_be_joined_is_refused(others, tiny_config):
    with pytest.raises(SettingError, match="--folds"):
        tiny_config(folds=2, **others)


def test_clips_of_val_stay_in_val(tiny_clips, tiny_config):
    data_set = read_and_split(tiny_clips, None, tiny_config())[0]
    both = with_val_learned(data_set)
    assert both.part("val") == data_set.part("val")
    assert {s.path for s in both.part("train")} == {
        s.path for part in ("train", "val") for s in data_set.part(part)
    }
    assert both.part("test") == data_set.part("test")
