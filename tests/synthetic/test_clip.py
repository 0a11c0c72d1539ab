"""A rendered clip is the same for the same seed, shows a person, and moves as its action says."""

import hashlib
import itertools

import numpy as np
import pytest
from tests.conftest import run_python

from kinora.errors import SettingError
from kinora.synthetic import ACTIONS, PersonClip, render_clip
from kinora.synthetic.actions import make_motion
from kinora.synthetic.body import make_body
from kinora.synthetic.bones import LEFT, RIGHT
from kinora.synthetic.camera import make_camera
from kinora.synthetic.clip import Scene
from kinora.synthetic.skeleton import place_joints

_DIGEST = """
import hashlib
from kinora.synthetic import PersonClip, render_clip
clip = PersonClip("jump", seed=5, seconds=0.2)
print(hashlib.sha256(b"".join(f.tobytes() for f in render_clip(clip))).hexdigest())
"""


def _joints(action, seed, azimuth_deg=0.0):
    """The joints of a clip and their places in the picture."""
    times = np.arange(60) / 25
    azimuth = np.radians(azimuth_deg)
    body = make_body(seed)
    motion = make_motion(action, body, times, azimuth, seed)
    camera = make_camera(seed, times, (320, 240), azimuth, body.height)
    joints = place_joints(body, motion, 0.0)
    return joints, {name: camera.project(at, motion.travel) for name, at in joints.items()}


def _range(values):
    return np.ptp(values, axis=0)


def test_same_seed_gives_the_same_frames_in_another_process():
    frames = render_clip(PersonClip("jump", seed=5, seconds=0.2))
    digest = hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest()
    assert run_python(_DIGEST) == digest


def test_another_seed_gives_another_clip():
    first, second = (next(render_clip(PersonClip("walk", seed=seed))) for seed in (1, 2))
    assert (first != second).mean() > 0.5


def test_the_body_is_apart_from_the_clip():
    clips = [PersonClip("wave", seed=seed, body=7) for seed in (1, 2)]
    assert make_body(7) == make_body(7) != make_body(8)
    first, second = (next(render_clip(clip)) for clip in clips)
    assert (first != second).any()


@pytest.mark.parametrize(("width", "height"), [(320, 240), (97, 65), (64, 128)])
def test_frames_are_rgb_of_the_size_asked_for(width, height):
    clip = PersonClip("clap", seed=1, seconds=0.21, fps=10, width=width, height=height)
    frames = list(render_clip(clip))
    assert len(frames) == clip.frame_count == 2
    assert all(frame.shape == (height, width, 3) and frame.dtype == np.uint8 for frame in frames)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("azimuth", [-90, -30, 0, 60])
def test_a_person_stands_out_from_the_background(action, azimuth, monkeypatch):
    clip = PersonClip(action, seed=azimuth + 100, azimuth_deg=azimuth)
    with_person = Scene(clip).draw(30).astype(int)
    monkeypatch.setattr("kinora.synthetic.figure.Figure.draw", lambda *_: None)
    without = Scene(clip).draw(30).astype(int)
    different = np.abs(with_person - without).max(axis=-1) > 20
    assert 0.03 < different.mean() < 0.35
    rows = np.flatnonzero(different.any(axis=1))
    assert np.ptp(rows) > 0.5 * clip.height


@pytest.mark.parametrize("action", ACTIONS)
def test_most_of_the_body_is_in_the_picture(action):
    inside = []
    for seed, azimuth in itertools.product(range(4), (-90, -45, 0, 45, 90)):
        _, seen = _joints(action, seed, azimuth)
        places = np.stack([place[:, :2] for place in seen.values()])
        inside.append(((places >= 0) & (places < (320, 240))).all(axis=-1).mean())
    assert np.mean(inside) > 0.93
    assert min(inside) > 0.6


@pytest.mark.parametrize("seed", range(6))
def test_bones_keep_their_length(seed):
    body = make_body(seed)
    for action in ACTIONS:
        joints, _ = _joints(action, seed)
        for side in ("left", "right"):
            for first, second, length in (
                ("shoulder", "elbow", body.upper_arm),
                ("elbow", "wrist", body.forearm),
                ("hip", "knee", body.thigh),
                ("knee", "ankle", body.shin),
            ):
                bone = joints[f"{side} {first}"] - joints[f"{side} {second}"]
                assert np.allclose(np.sqrt((bone**2).sum(axis=-1)), length)


@pytest.mark.parametrize("seed", range(6))
def test_each_action_moves_what_it_is_named_for(seed):
    walk, _ = _joints("walk", seed)
    apart = walk["left ankle"][:, 2] - walk["right ankle"][:, 2]
    assert apart.max() > 0.15
    assert apart.min() < -0.15

    jump, _ = _joints("jump", seed)
    off_floor = np.minimum(jump["left ankle"][:, 1], jump["right ankle"][:, 1])
    assert _range(off_floor) > 0.12

    clap, _ = _joints("clap", seed)
    gap = np.sqrt(((clap["left hand"] - clap["right hand"]) ** 2).sum(axis=-1))[15:45]
    assert gap.min() < 0.2
    assert gap.max() > 0.6

    wave, _ = _joints("wave", seed)
    moved = [_range(wave[f"{side} hand"][15:45]).max() for side in ("left", "right")]
    assert max(moved) > 0.3
    assert max(moved) > 2 * min(moved)

    punch, _ = _joints("punch", seed)
    ahead = [
        _range((punch[f"{s} hand"] - punch[f"{s} shoulder"])[15:45, 2]) for s in ("left", "right")
    ]
    assert max(ahead) > 0.2


@pytest.mark.parametrize("action", ACTIONS)
def test_in_a_pause_the_person_rests_and_then_goes_on(action):
    times = np.arange(60) / 25
    motion = make_motion(action, make_body(1), times, 0.0, 1, pause=(0.8, 1.6))
    moved = np.abs(np.diff(motion.arms, axis=0)).max(axis=(1, 2, 3))
    moved += np.abs(np.diff(motion.feet, axis=0)).max(axis=(1, 2)) * 5
    assert moved[25:34].mean() < 0.5 * moved[10:17].mean()
    assert moved[25:34].mean() < 0.5 * moved[45:52].mean()


def test_standing_feet_stay_where_they_are():
    for action in ("wave", "clap", "punch"):
        motion = make_motion(action, make_body(1), np.arange(60) / 25, 0.0, 1)
        assert np.allclose(motion.feet, motion.feet[0])
        assert not motion.travel.any()
        assert (motion.feet[:, LEFT, 0] > motion.feet[:, RIGHT, 0]).all()


def test_all_actions_share_their_resting_poses():
    clips = {
        action: [
            make_motion(action, make_body(1), np.arange(60) / 25, 0.0, seed) for seed in range(60)
        ]
        for action in ACTIONS
    }
    for motions in clips.values():
        raised = [motion for motion in motions if (motion.arms[0, :, 1, 1] > 0.5).any()]
        hanging = [motion for motion in motions if (motion.arms[0, :, 1, 1] < -0.5).all()]
        assert len(raised) >= 3
        assert len(hanging) >= 3


def test_a_clip_of_one_frame_is_a_picture():
    (frame,) = render_clip(PersonClip("punch", seed=1, seconds=0.02))
    assert frame.std() > 5


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"action": "swim"}, "walk, wave, clap, jump, punch"),
        ({"action": "walk", "width": 8}, "8x240"),
        ({"action": "walk", "height": 10**6}, "1000000"),
        ({"action": "walk", "fps": 0}, "fps"),
        ({"action": "walk", "seconds": 0}, "frames"),
        ({"action": "walk", "seconds": 10**9}, "frames"),
        ({"action": "walk", "seconds": float("nan")}, "frames"),
    ],
)
def test_impossible_clips_are_refused(values, word):
    with pytest.raises(SettingError, match=word):
        PersonClip(**values)
