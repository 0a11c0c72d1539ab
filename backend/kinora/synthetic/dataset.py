"""Writing a data set of rendered people, on all cores, in one of three layouts."""

import csv
import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from kinora.errors import DataError, MediaError, SettingError
from kinora.media import VideoWriter, write_image
from kinora.synthetic.clip import Scene, render_clip
from kinora.synthetic.plan import DatasetOptions, PlannedClip, plan_dataset

# Fewer clips than this are rendered sooner than other processes start.
_WORTH_A_POOL = 16


def write_dataset(
    folder: Path,
    options: DatasetOptions | None = None,
    layout: str = "videos",
    workers: int | None = None,
    on_clip: Callable[[], object] | None = None,
) -> list[PlannedClip]:
    """Render a data set into an empty or new folder; the files do not depend on `workers`.

    A script that calls this needs the usual `if __name__ == "__main__":`, as other processes
    import it again.

    Args:
        layout: `videos` is class/clip.mp4, `frames` is class/clip/frame_0001.jpg, both with a
            `metadata.csv` of path, label, group and split. `images` is one frame of each clip in
            `images/`, with `Training_set.csv` and `Testing_set.csv` of filename and label.
        workers: Processes to render in; by default one per core.
        on_clip: Called after each clip.

    Raises:
        DataError: The folder is not empty, or cannot be written.
    """
    if layout not in LAYOUTS:
        raise SettingError(f"The layout must be one of {', '.join(LAYOUTS)}, not {layout!r}.")
    clips = plan_dataset(options or DatasetOptions())
    _make_empty_folder(folder)
    try:
        _make_folders(folder, clips, layout)
        for _ in _render_all(clips, folder, layout, workers or os.cpu_count() or 1):
            if on_clip:
                on_clip()
        _write_tables(folder, clips, layout)
    except (OSError, MediaError, BrokenProcessPool) as error:
        raise DataError(f"The data set in {folder} could not be finished: {error}") from error
    return clips


def _make_empty_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise DataError(f"{folder} is no folder that can be written: {error.strerror}.") from error
    if not is_empty:
        raise DataError(
            f"{folder} is not empty. Rendered clips go into a new folder, "
            "so that nothing is mixed up or overwritten: name another one or empty it."
        )


def _make_folders(folder: Path, clips: list[PlannedClip], layout: str) -> None:
    for parent in {(folder / _place(clip, layout)).parent for clip in clips}:
        parent.mkdir(exist_ok=True)


def _place(planned: PlannedClip, layout: str) -> str:
    """Where a clip is, from the data set's folder on."""
    if layout == "images":
        return f"images/{planned.name}.jpg"
    return f"{planned.clip.action}/{planned.name}" + (".mp4" if layout == "videos" else "")


def _render_all(
    clips: list[PlannedClip], folder: Path, layout: str, workers: int
) -> Iterable[None]:
    """Render every clip; yields after each."""
    if workers == 1 or len(clips) < _WORTH_A_POOL:
        for planned in clips:
            yield LAYOUTS[layout](planned, folder)
        return
    spawn = multiprocessing.get_context("spawn")
    # One thread each: the clips already keep all cores busy.
    with ProcessPoolExecutor(workers, spawn, cv2.setNumThreads, (1,)) as pool:
        jobs = [pool.submit(LAYOUTS[layout], planned, folder) for planned in clips]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _write_video(planned: PlannedClip, folder: Path) -> None:
    clip = planned.clip
    path = folder / _place(planned, "videos")
    with VideoWriter(path, clip.fps, clip.width, clip.height) as writer:
        for frame in render_clip(clip):
            writer.write(frame)


def _write_frames(planned: PlannedClip, folder: Path) -> None:
    place = folder / _place(planned, "frames")
    place.mkdir()
    for number, frame in enumerate(render_clip(planned.clip), start=1):
        write_image(place / f"frame_{number:04d}.jpg", frame)


def _write_one_image(planned: PlannedClip, folder: Path) -> None:
    """One frame of the middle half, in which something happens."""
    count = planned.clip.frame_count
    share = np.random.default_rng((planned.clip.seed, 11)).uniform(0.25, 0.75)
    frame = Scene(replace(planned.clip, pause=None)).draw(int(share * count))
    write_image(folder / _place(planned, "images"), frame)


LAYOUTS: dict[str, Callable[[PlannedClip, Path], None]] = {
    "videos": _write_video,
    "frames": _write_frames,
    "images": _write_one_image,
}


def _write_tables(folder: Path, clips: list[PlannedClip], layout: str) -> None:
    if layout != "images":
        rows = [(_place(p, layout), p.clip.action, p.group, p.split) for p in clips]
        _write_csv(folder / "metadata.csv", ("path", "label", "group", "split"), rows)
        return
    for name, is_test in (("Training_set.csv", False), ("Testing_set.csv", True)):
        part = [p for p in clips if (p.split == "test") == is_test]
        rows = [(f"{p.name}.jpg", p.clip.action) for p in part]
        _write_csv(folder / name, ("filename", "label"), rows)


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
