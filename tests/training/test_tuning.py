"""Tuning changes the whole encoder, learns from other data sets too, and can be interrupted."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from tests.conftest import write_video
from tests.training.conftest import TINY, coloured_frame

from kinora.clips import ClipSpec
from kinora.data.batches import Clips
from kinora.data.frames import SomeFrames
from kinora.errors import ModelError, SettingError
from kinora.model.architecture import block_count, build_encoder, set_trainable
from kinora.model.architecture import split as split_network
from kinora.model.bundle import read_bundle
from kinora.model.h5 import load_keras
from kinora.training import tuning
from kinora.training.config import TrainingConfig
from kinora.training.material import joined, read_and_split, read_other
from kinora.training.stages import Parts
from kinora.training.start import find_weights, names_of, start_encoder, start_head
from kinora.training.trainer import Job, train
from kinora.training.workspace import Workspace, folder_for

# The backbone with the fewest layers: what takes time here is building graphs.
CONFIG = TrainingConfig(
    **TINY | {"backbone": "resnet18", "width": 1.0},
    tune=2,
    tune_size=32,
    tune_batch=12,
    tune_rate=1e-3,
)


@pytest.fixture(scope="module")
def other_clips(tmp_path_factory):
    """Clips of an action that tiny_clips has too, and of one that it has not."""
    root = tmp_path_factory.mktemp("others")
    lines = ["path,label,group,split"]
    for action, colour in {"blue": (30, 70, 240), "red": (240, 40, 40)}.items():
        (root / action).mkdir()
        for number in range(6):
            frame = coloured_frame(colour, 3 * number)
            write_video(root / action / f"{number}.mp4", 6, size=(48, 48), frame=frame)
            part = ("train", "train", "train", "train", "val", "test")[number]
            lines.append(f"{action}/{number}.mp4,{action},{action}{number},{part}")
    (root / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def tuned(tiny_clips, other_clips, tmp_path_factory):
    """What a training with tuning gives, and the folder of its models."""
    folder = tmp_path_factory.mktemp("tuned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINORA_CACHE", str(folder / "cache"))
        patch.setenv("KINORA_PLOTS", str(folder / "plots"))
        yield train(Job(tiny_clips, folder / "whole", CONFIG, others=(other_clips,)))


def test_every_weight_of_the_encoder_is_tuned(tuned, tiny_clips, other_clips):
    keras.utils.set_random_seed(CONFIG.seed)
    info = tuned.bundle.info
    untouched = start_encoder(CONFIG.network("video"), info.clip, ["none"]).trainable_variables
    changed = split_network(load_keras(tuned.bundle.folder))[0].trainable_variables
    for one, two in zip(untouched, changed, strict=True):
        assert not np.array_equal(one.numpy(), two.numpy()), one.path
    stages = ["tuning", "tuning of every layer", *["head"] * 3]
    assert [entry["stage"] for entry in tuned.history] == stages
    assert info.classes == ("blue", "yellow")
    assert info.provenance["data"] == [tiny_clips.name, other_clips.name]


def test_batch_normalisation_learns_its_weights_but_not_its_statistics():
    spec, clip = CONFIG.network("image"), ClipSpec(1, 32, scaling="imagenet")
    encoder = tuning._for_tuning(Parts(spec, build_encoder(spec, clip, "none"), None), clip)
    set_trainable(encoder, spec, block_count(spec), batch_norm=True)
    network = keras.Sequential([encoder, keras.layers.Dense(2)])
    network.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
    before = [weight.numpy() for weight in encoder.weights]
    frames = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), np.uint8)
    network.fit(frames, np.ones((8, 2)), verbose=0)
    for weight, value in zip(encoder.weights, before, strict=True):
        is_statistic = weight.path.endswith(("moving_mean", "moving_variance"))
        assert np.array_equal(weight.numpy(), value) == is_statistic, weight.path


def test_another_training_starts_where_it_ended(tuned):
    spec, clip = CONFIG.network("video"), tuned.bundle.info.clip
    there = split_network(load_keras(tuned.bundle.folder))[0].get_weights()
    for place in (tuned.bundle.folder, tuned.bundle.folder / "model.h5"):
        started = start_encoder(spec, clip, [place]).get_weights()
        assert all(map(np.array_equal, started, there))
    with pytest.raises(ModelError, match="another backbone"):
        start_encoder(
            replace(CONFIG, backbone="efficientnet_b0").network("video"),
            clip,
            [tuned.bundle.folder],
        )


def test_the_average_of_several_is_a_start_too(tuned):
    spec, clip = CONFIG.network("video"), tuned.bundle.info.clip
    keras.utils.set_random_seed(CONFIG.seed)
    noise = start_encoder(spec, clip, ["none"]).get_weights()
    keras.utils.set_random_seed(CONFIG.seed)
    average = start_encoder(spec, clip, find_weights(f"none, {tuned.bundle.folder}")).get_weights()
    there = split_network(load_keras(tuned.bundle.folder))[0].get_weights()
    for one, two, between in zip(noise, there, average, strict=True):
        np.testing.assert_allclose(between, (one + two) / 2, atol=1e-6)
    assert names_of(f"imagenet, {tuned.bundle.folder}") == f"imagenet,{tuned.bundle.folder.name}"


def test_for_images_the_tuned_head_is_kept(tiny_images, folders):
    trained = train(Job(tiny_images, folders / "stills", CONFIG))
    assert [entry["stage"] for entry in trained.history] == ["tuning", "tuning of every layer"]
    best = Workspace(folder_for(folders / "stills") / "tuning").best().arrays["joint"]
    kept = split_network(load_keras(trained.bundle.folder))[1].get_layer("actions").kernel
    temperature = trained.bundle.info.provenance["temperature"]
    found = [array for array in best if array.shape == tuple(kept.shape)]
    kernel = found[-1] * tuning._HEAD_SPEED
    np.testing.assert_allclose(kernel, kept.numpy() * temperature, rtol=1e-3, atol=1e-5)


@pytest.fixture(scope="module")
def image_model(tiny_images, tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINORA_CACHE", str(folder / "cache"))
        patch.setenv("KINORA_PLOTS", str(folder / "plots"))
        return train(Job(tiny_images, folder / "first", replace(CONFIG, tune=1))).bundle.folder


@pytest.mark.parametrize("settings", [{"tune": 1, "tune_rate": 1e-12}, {"tune": 0, "epochs": 0}])
def test_models_of_the_same_classes_hand_on_their_heads_too(
    image_model, tiny_images, folders, settings
):
    config = replace(CONFIG, weights=f"{image_model},{image_model}", **settings)
    trained = train(Job(tiny_images, folders / "second", config)).bundle
    first, second = (split_network(load_keras(one))[1] for one in (image_model, trained.folder))
    temperature = trained.info.provenance["temperature"]
    for given, kept in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_allclose(kept * temperature, given, rtol=1e-3, atol=1e-5)


def test_without_such_models_a_head_starts_at_zero(image_model):
    head = split_network(load_keras(image_model))[1]
    classes = read_bundle(image_model).info.classes
    assert start_head(head, classes, [image_model])
    for names, weights in ((classes[::-1], [image_model]), (classes, [image_model, "none"])):
        assert not start_head(head, names, weights)
        assert not any(array.any() for array in head.get_weights())


def test_no_epochs_need_a_model_that_knows(tiny_images, folders):
    with pytest.raises(SettingError, match="image models of the same classes"):
        train(Job(tiny_images, folders / "nothing", replace(CONFIG, tune=0, epochs=0)))


@pytest.mark.parametrize("names", [("clips",), ("clips", "others_1", "others_2")])
def test_one_data_set_is_enough_and_three_are_not_too_many(names):
    spec, clip = CONFIG.network("video"), ClipSpec(1, 32, scaling="imagenet")
    sets = {
        name: Clips([SomeFrames(None, 3, 32)], [0], 2 + place) for place, name in enumerate(names)
    }
    tuned = tuning._Tuned(build_encoder(spec, clip, "none"), sets, dict.fromkeys(names, 2))
    batch = {name: np.zeros((2, 3, 32, 32, 3), np.uint8) for name in names}
    answers = tuned.joint.predict_on_batch(batch)
    assert [answers[name].shape for name in names] == [(2, 2), (2, 3), (2, 4)][: len(names)]


def test_clips_of_the_same_actions_join_the_training_part(tiny_clips, other_clips):
    data_set, *_ = read_and_split(tiny_clips, None, CONFIG)
    other = read_other(other_clips, CONFIG)
    both = joined(data_set, [other])
    added = [sample for sample in both.samples if sample not in data_set.samples]
    assert added == [sample for sample in other.part("train") if sample.label == "blue"]
    assert both.classes == data_set.classes
    assert [both.part(part) for part in ("val", "test")] == [
        data_set.part(part) for part in ("val", "test")
    ]
    assert f"{len(added)} clips of {other_clips.name} were added to train." in both.notes


def test_interrupted_while_tuning_it_ends_the_same(
    tuned, tiny_clips, other_clips, folders, monkeypatch
):
    job = Job(tiny_clips, folders / "broken", CONFIG, others=(other_clips,))
    save = Workspace.save

    def save_and_stop(*args):
        save(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train(job)
    monkeypatch.setattr(Workspace, "save", save)
    assert (folder_for(job.out) / "tuning" / "last.npz").is_file()
    resumed = train(replace(job, is_resumed=True))
    for one, two in zip(resumed.history, tuned.history, strict=True):
        assert one == pytest.approx(two)
