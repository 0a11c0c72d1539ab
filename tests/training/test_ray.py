"""`kinora train --ray`: the features come from the cluster, and nothing else changes."""

import pytest

from kinora.clips import ClipSpec
from kinora.data.features import Encoder
from kinora.errors import SettingError
from kinora.training import encoding, trainer
from kinora.training.trainer import Job, train


def test_a_training_with_a_cluster_is_the_same(
    tiny_clips, tiny_config, folders, cluster, tmp_path, monkeypatch
):
    config = tiny_config(epochs=2)
    here = train(Job(tiny_clips, folders / "here", config))
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "another cache"))
    monkeypatch.setattr(encoding, "_compiled", lambda graph: None)  # nothing is computed here
    there = train(Job(tiny_clips, folders / "there", config, ray=cluster.address))
    assert there.history == here.history
    assert there.bundle.info.scores["top1"] == here.bundle.info.scores["top1"]


def test_without_a_compiled_encoder_it_is_a_wrong_setting():
    encoder = Encoder("on a GPU", 8, lambda frames: frames)
    with pytest.raises(SettingError, match="Leave --ray out"):
        trainer._elsewhere(encoder, ClipSpec(), "auto")
