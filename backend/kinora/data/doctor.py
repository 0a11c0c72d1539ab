"""Looking a data set over before hours of training are spent on it."""

import os
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from kinora.clips import ClipSpec
from kinora.data import files
from kinora.data.download import file_sha256
from kinora.data.grouping import merge_groups
from kinora.data.report import Copies, Estimate, Report, Spread
from kinora.data.samples import DataSet
from kinora.data.splits import SplitOptions, split
from kinora.data.survey import Survey, survey
from kinora.errors import DataError, MediaError
from kinora.media import MediaInfo, read_clip

# MobileNetV2 at 224 pixels took 79 ms for 20 frames on two cores; other machines differ.
_MODEL_MS_PER_FRAME = 4.0
_TIMED_CLIPS = 8
# 1,280 features of two bytes.
_FEATURE_BYTES_PER_FRAME = 1280 * 2


def inspect(
    data_set: DataSet, options: SplitOptions | None = None, spec: ClipSpec | None = None
) -> Report:
    """Read every clip a little and tell what is wrong, what is uneven and what training will cost.

    Args:
        data_set: What was read.
        options: How it is going to be split.
        spec: How training is going to see a clip.
    """
    looked = survey(data_set)
    pairs = looked.duplicates()
    parted = _split_if_possible(looked.data_set, options, pairs)
    looks = looked.looks
    clips_per_class = Counter(sample.label for sample in parted.samples)
    return Report(
        root=str(parted.root),
        layout=parted.layout,
        kind=parted.kind,
        protocol=parted.protocol,
        clips=len(parted.samples),
        sources=_source_count(parted),
        bytes=sum(look.size_bytes for look in looks),
        classes={label: dict(counts) for label, counts in parted.counts().items()},
        imbalance=max(clips_per_class.values()) / min(clips_per_class.values()),
        seconds=_spread([look.info.duration_s for look in looks]),
        frames=_spread([_frame_count(look.info) for look in looks]),
        sizes=_counted(f"{look.info.width}x{look.info.height}" for look in looks),
        fps=_counted(f"{look.info.fps:.4g}" for look in looks if look.info.fps),
        unreadable={
            files.name_below(parted.root, path): why for path, why in looked.unreadable.items()
        },
        damaged=_damaged(looked),
        missing=parted.missing,
        copies=tuple(_copies(parted, pairs)),
        estimate=_estimate(parted, spec or ClipSpec()),
        notes=parted.notes,
    )


def _split_if_possible(
    data_set: DataSet, options: SplitOptions | None, pairs: list[tuple[int, int]]
) -> DataSet:
    """A data set that cannot be split yet is the very one to look at, so the reason is a note."""
    try:
        return split(data_set, options, pairs)
    except DataError as error:
        return data_set.noting(str(error))


def _source_count(data_set: DataSet) -> int | None:
    if not data_set.are_sources_known:
        return None
    return len({sample.group for sample in data_set.samples})


def _frame_count(info: MediaInfo) -> int:
    return max(1, round(info.duration_s * (info.fps or 0)))


def _damaged(looked: Survey) -> dict[str, str]:
    pairs = zip(looked.data_set.samples, looked.looks, strict=True)
    return {
        files.name_below(looked.data_set.root, sample.path): " ".join(look.warnings)
        for sample, look in pairs
        if look.warnings
    }


def _spread(numbers: list[float]) -> Spread:
    return Spread(min(numbers), statistics.median(numbers), max(numbers), sum(numbers))


def _counted(names: Iterable[str]) -> Mapping[str, int]:
    return dict(Counter(names).most_common())


def _copies(data_set: DataSet, pairs: list[tuple[int, int]]) -> list[Copies]:
    """Near-identical clips in groups, the largest first."""
    merged = merge_groups([str(place) for place in range(len(data_set.samples))], pairs)
    places = defaultdict(list)
    for place, group in enumerate(merged):
        places[group].append(data_set.samples[place])
    groups = sorted((g for g in places.values() if len(g) > 1), key=len, reverse=True)
    return [
        Copies(
            clips=tuple(files.name_below(data_set.root, sample.path) for sample in group),
            parts=tuple(sorted({sample.split for sample in group if sample.split})),
            labels=tuple(sorted({sample.label for sample in group})),
            are_exact=len({_content(sample.path) for sample in group}) == 1,
        )
        for group in groups
    ]


def _content(path: Path) -> tuple[str, ...]:
    return tuple(file_sha256(file) for file in (files.images_in(path) if path.is_dir() else [path]))


def _estimate(data_set: DataSet, spec: ClipSpec) -> Estimate:
    frame_count = 1 if data_set.kind == "image" else spec.frame_count
    read_ms = _measured_read_ms(data_set, ClipSpec(frame_count, spec.size))
    clip_count = len(data_set.samples)
    clip_ms = read_ms / (os.cpu_count() or 1) + frame_count * _MODEL_MS_PER_FRAME
    return Estimate(
        frames_per_clip=frame_count,
        read_ms_per_clip=read_ms,
        model_ms_per_frame=_MODEL_MS_PER_FRAME,
        features_s=clip_count * clip_ms / 1000,
        feature_cache_bytes=clip_count * frame_count * _FEATURE_BYTES_PER_FRAME,
        frame_cache_bytes=clip_count * frame_count * spec.size**2 * 3,
    )


def _measured_read_ms(data_set: DataSet, spec: ClipSpec) -> float:
    step = max(1, len(data_set.samples) // _TIMED_CLIPS)
    times = []
    for sample in data_set.samples[::step][:_TIMED_CLIPS]:
        start = time.perf_counter()
        try:
            read_clip(sample.path, spec)
        except MediaError:
            continue
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times or [0.0])
