"""What the tiny models promise, held by the bundles that ship, on the samples that ship."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import ROOT

from kinora import Recognizer
from kinora.inference.streaming import Stream
from kinora.inference.timeline import recognize_timeline
from kinora.media import iter_frames, read_info
from kinora.model.bundle import list_bundles

FOLDER = Path(os.environ.get("KINORA_MODELS", ROOT / "models"))
SAMPLES = sorted((ROOT / "samples").glob("*.mp4"))
# Walk, wave, jump and clap, 6 seconds each.
JOINED, BORDERS_S = ROOT / "samples" / "four_actions.mp4", (6, 12, 18)
BUNDLES = [bundle.folder for bundle in list_bundles(FOLDER, verify=False)[0]]


@pytest.fixture(scope="module", params=BUNDLES, ids=[folder.name for folder in BUNDLES])
def shipped(request):
    return Recognizer.load(request.param)


@pytest.mark.skipif(not BUNDLES, reason="no bundle lies in models/")
@pytest.mark.skipif(not SAMPLES, reason="no clip lies in samples/")
class TestShippedBundles:
    def test_frame_by_frame_a_clip_ends_with_the_answer_for_its_file(self, shipped):
        path = min(SAMPLES, key=lambda sample: read_info(sample).duration_s)
        stream = Stream(shipped, window_s=60.0)
        for time_s, frame in iter_frames(path):
            answer = stream.push(frame, time_s)
        expected = shipped.predict(path)
        assert answer.frame_times_s == pytest.approx(expected.frame_times_s, abs=1e-6)
        # The same numbers up to the order in which threads add them up.
        assert answer.probabilities == pytest.approx(expected.probabilities, abs=1e-4)

    def test_the_time_line_covers_all_the_time_once(self, shipped):
        path = max(SAMPLES, key=lambda sample: read_info(sample).duration_s)
        answer = recognize_timeline(shipped, path)
        segments = answer.prediction.segments
        assert segments[0].start_s == 0
        assert segments[-1].end_s == pytest.approx(answer.info.duration_s)
        for segment, follower in itertools.pairwise(segments):
            assert segment.end_s == follower.start_s
            assert segment.action != follower.action
        assert np.allclose(answer.seconds.sum(axis=1), 1, atol=1e-3)
        assert len(answer.seconds) == int(np.ceil(answer.info.duration_s))

    def test_joined_clips_fall_apart_where_they_were_joined(self, shipped):
        if not {"walk", "wave", "jump", "clap"} <= set(shipped.classes):
            pytest.skip(f"{shipped.name} does not know what the sample shows")
        segments = recognize_timeline(shipped, JOINED).prediction.segments
        ends = np.array([segment.end_s for segment in segments])
        for border_s in BORDERS_S:
            assert np.abs(ends - border_s).min() <= 0.5
