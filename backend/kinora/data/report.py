"""What `kinora data inspect` found out, as text for people and as plain values for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kinora.data.samples import PARTS

_SHOWN = 10


@dataclass(frozen=True)
class Spread:
    """Smallest, middle and largest of many numbers, and their sum."""

    smallest: float
    median: float
    largest: float
    total: float


@dataclass(frozen=True)
class Copies:
    """Clips that are near-identical.

    Args:
        clips: Their names.
        parts: The parts they are in; more than one is a leak.
        labels: What they are said to show; more than one is a contradiction.
        are_exact: Whether their bytes are equal.
    """

    clips: tuple[str, ...]
    parts: tuple[str, ...]
    labels: tuple[str, ...]
    are_exact: bool


@dataclass(frozen=True)
class Estimate:
    """What training will cost on this machine.

    Args:
        frames_per_clip: Frames that training reads of each clip.
        read_ms_per_clip: Measured just now on a few clips, one core.
        model_ms_per_frame: Assumed for the backbone, all cores.
        features_s: Seconds to extract the features of all clips once.
        feature_cache_bytes: The features on disk.
        frame_cache_bytes: The decoded frames on disk, uncompressed, for end-to-end training.
    """

    frames_per_clip: int
    read_ms_per_clip: float
    model_ms_per_frame: float
    features_s: float
    feature_cache_bytes: int
    frame_cache_bytes: int


@dataclass(frozen=True)
class Report:
    """All that was found out about one data set."""

    root: str
    layout: str
    kind: str
    protocol: str
    clips: int
    sources: int | None
    bytes: int
    classes: Mapping[str, Mapping[str, int]]
    imbalance: float
    seconds: Spread
    frames: Spread
    sizes: Mapping[str, int]
    fps: Mapping[str, int]
    unreadable: Mapping[str, str]
    damaged: Mapping[str, str]
    missing: tuple[str, ...]
    copies: tuple[Copies, ...]
    estimate: Estimate
    notes: tuple[str, ...]

    @property
    def leaks(self) -> tuple[Copies, ...]:
        """Near-identical clips that are in more than one part."""
        return tuple(copies for copies in self.copies if len(copies.parts) > 1)

    @property
    def contradictions(self) -> tuple[Copies, ...]:
        """Near-identical clips with different labels."""
        return tuple(copies for copies in self.copies if len(copies.labels) > 1)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return asdict(self)

    def text(self) -> str:
        """The report for people."""
        return "\n".join(_lines(self))


def _lines(report: Report) -> Iterator[str]:
    sources = "unknown" if report.sources is None else f"{report.sources:,}"
    yield f"{report.root} ({report.layout})"
    yield (
        f"{report.clips:,} {report.kind}s of {len(report.classes)} classes from {sources} "
        f"sources, {_size(report.bytes)}"
    )
    yield f"Split: {report.protocol}"
    yield ""
    yield from _class_table(report)
    yield ""
    yield f"Largest class to smallest: {report.imbalance:.1f} to 1"
    if report.kind == "video":
        yield f"Length in seconds: {_spread(report.seconds)}"
        yield f"Length in frames: {_spread(report.frames)}"
        yield f"Frames per second: {_most_common(report.fps)}"
    yield f"Picture sizes: {_most_common(report.sizes)}"
    yield ""
    yield from _files("cannot be read", report.unreadable)
    yield from _files("are damaged, but usable", report.damaged)
    yield from _copies(report)
    yield from _estimate(report)
    for note in report.notes:
        yield f"Note: {note}"


def _class_table(report: Report) -> Iterator[str]:
    width = max(len(label) for label in report.classes)
    columns = [part for part in (*PARTS, "-") if any(c.get(part) for c in report.classes.values())]
    heads = ["unused" if part == "-" else part for part in columns]
    yield "class".ljust(width) + "".join(f"{head:>8}" for head in [*heads, "all"])
    for label, counts in report.classes.items():
        numbers = [counts.get(part, 0) for part in columns]
        yield label.ljust(width) + "".join(f"{number:>8,}" for number in [*numbers, sum(numbers)])


def _files(what: str, files: Mapping[str, str]) -> Iterator[str]:
    if not files:
        return
    yield f"{len(files)} files {what}:"
    for name, why in list(files.items())[:_SHOWN]:
        yield f"  {name}: {why}"
    if len(files) > _SHOWN:
        yield f"  and {len(files) - _SHOWN} more (all of them with --json)"


def _copies(report: Report) -> Iterator[str]:
    exact = sum(copies.are_exact for copies in report.copies)
    yield (
        f"Near-identical clips: {len(report.copies)} groups, {exact} of them exact copies; "
        f"{len(report.leaks)} are in more than one part; "
        f"{len(report.contradictions)} have more than one label"
    )
    worst = dict.fromkeys((*report.leaks, *report.contradictions))
    for copies in list(worst)[:_SHOWN]:
        parts = "/".join(copies.parts)
        yield f"  {', '.join(copies.clips[:4])} ({parts}; {'/'.join(copies.labels)})"
    if len(worst) > _SHOWN:
        yield f"  and {len(worst) - _SHOWN} more (all of them with --json)"


def _estimate(report: Report) -> Iterator[str]:
    cost = report.estimate
    yield (
        f"Features of all clips, once: about {_duration(cost.features_s)} here (reading measured "
        f"now: {cost.read_ms_per_clip:.1f} ms per clip and core; backbone assumed: "
        f"{cost.model_ms_per_frame:g} ms per frame)"
    )
    yield (
        f"On disk: features {_size(cost.feature_cache_bytes)}; decoded frames for end-to-end "
        f"training at most {_size(cost.frame_cache_bytes)}"
    )
    yield (
        "Memory: training reads both from disk in small batches, so it does not grow with the "
        f"data set; the frames of one clip take {_size(cost.frame_cache_bytes / report.clips)}"
    )


def _spread(spread: Spread) -> str:
    return (
        f"{spread.smallest:,.4g} to {spread.largest:,.4g}, half below {spread.median:,.4g}, "
        f"{spread.total:,.0f} in all"
    )


def _most_common(counts: Mapping[str, int], most: int = 4) -> str:
    words = ", ".join(f"{name} ({count:,})" for name, count in list(counts.items())[:most])
    return words + (f" and {len(counts) - most} others" if len(counts) > most else "")


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
