"""How long training takes on this machine: features of many clips, then the head on them.

    python benchmarks/bench_training.py [CLIPS]

The weights are noise, which takes as long as any others and needs no download. Nothing is taken
from the cache of a user.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from clips import FOLDER, Recipe, make
from measure import peak_mb, print_table

CLIPS = 1000
# A few clips are encoded; their copies differ in bytes behind their end, which no decoder reads.
_DIFFERENT = 10
_CLASSES = 10
_RECIPES = [
    Recipe(f"train-{number}.mp4", (320, 240), 3, "libx264", 400_000) for number in range(_DIFFERENT)
]


def make_clips(count: int) -> Path:
    """A folder of that many clips of 320x240, 3 s, in a tree of a class each."""
    root = FOLDER / f"train-{count}"
    for number in range(count):
        path = root / f"class{number % _CLASSES}" / f"{number}.mp4"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            source = make(_RECIPES[number % _DIFFERENT])
            path.write_bytes(source.read_bytes() + number.to_bytes(8, "big"))
    return root


def measure(root: Path) -> None:
    """Compute the features of all clips, one view each, train the head, print the seconds."""
    from kinora.clips import ClipSpec
    from kinora.data.batches import Clips
    from kinora.data.features import extract, only_full
    from kinora.model.architecture import build_encoder
    from kinora.model.backbones import NO_WEIGHTS
    from kinora.model.heads import build_head
    from kinora.training.config import TrainingConfig
    from kinora.training.encoding import make_encoder
    from kinora.training.loop import run_stages
    from kinora.training.stages import Parts, head_stage
    from kinora.training.workspace import Workspace

    config, clip = TrainingConfig(patience=TrainingConfig.epochs), ClipSpec()
    spec = config.network("video")
    network = build_encoder(spec, clip, NO_WEIGHTS)
    start = time.perf_counter()
    paths = sorted(root.glob("*/*.mp4"))
    found, _ = extract(only_full(paths), make_encoder(network, spec.backbone), clip)
    features_s = time.perf_counter() - start
    labels = [int(path.parent.name.removeprefix("class")) for path in found]
    clips = Clips(list(found.values()), labels, _CLASSES)
    head = build_head(spec.head, clip.frame_count, network.output_shape[-1], _CLASSES)
    stage = head_stage(Parts(spec, network, head), {"train": clips, "val": clips}, config)
    start = time.perf_counter()
    history = run_stages([stage], Workspace(FOLDER / "training"))
    head_s = time.perf_counter() - start
    what = f"features of {len(paths)} clips of {clip.frame_count} frames, {spec.backbone}"
    rows = [
        (what, f"{features_s:.0f} s"),
        (f"head, {spec.head.kind}, {len(history)} epochs on them", f"{head_s:.0f} s"),
    ]
    print_table("Training", ("what", "time"), rows)


def main() -> None:
    """Measure in a fresh process, and its memory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CLIPS
    root = make_clips(count)
    for name in ("cache", "training"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    os.environ["KINORA_CACHE"] = str(FOLDER / "cache")
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "import bench_training; bench_training.measure(Path(sys.argv[1]))"
    )
    peak = peak_mb(code, str(root), str(Path(__file__).parent))
    print(f"\npeak memory: {peak:.0f} MB")


if __name__ == "__main__":
    main()
