"""A picture sheet: a few frames of every class with its name, to see what the labels mean."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kinora.clips import ClipSpec
from kinora.data.samples import DataSet, Sample
from kinora.errors import MediaError
from kinora.media import read_clip, write_image

# Pixels.
_TILE = 112
_GAP = 8
_TEXT = 18

# Few classes get more frames each; a hundred still make a sheet that can be looked at.
_MOST_FRAMES = 4
_FRAMES_ON_SHEET = 120
_CELLS_ACROSS = 12

_TILE_SPEC = ClipSpec(frame_count=1, size=_TILE, fit="crop")


def write_sheet(data_set: DataSet, path: Path) -> None:
    """Write the sheet as an image file; clips that cannot be read are passed over."""
    classes = data_set.classes
    frame_count = max(1, min(_MOST_FRAMES, _FRAMES_ON_SHEET // len(classes)))
    columns = min(len(classes), max(1, _CELLS_ACROSS // frame_count))
    rows = -(-len(classes) // columns)
    cell_width, cell_height = frame_count * _TILE + _GAP, _TEXT + _TILE + _GAP
    sheet = Image.new("RGB", (columns * cell_width + _GAP, rows * cell_height + _GAP), "white")
    for number, label in enumerate(classes):
        left = _GAP + number % columns * cell_width
        top = _GAP + number // columns * cell_height
        _write_name(sheet, label, (left, top), cell_width - _GAP)
        samples = [sample for sample in data_set.samples if sample.label == label]
        for place, frame in enumerate(_frames(samples, frame_count)):
            sheet.paste(Image.fromarray(frame), (left + place * _TILE, top + _TEXT))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.asarray(sheet))


def _write_name(sheet: Image.Image, name: str, corner: tuple[int, int], width: int) -> None:
    font = ImageFont.load_default(_TEXT - 6)
    draw = ImageDraw.Draw(sheet)
    while draw.textlength(name, font) > width and len(name) > 1:
        name = name.rstrip("…")[:-1] + "…"
    draw.text(corner, name, fill="black", font=font)


def _frames(samples: Sequence[Sample], count: int) -> list[np.ndarray]:
    """The middle frames of a few clips, of different sources where there are enough."""
    frames = []
    sources = list({sample.group: sample for sample in samples}.values())
    step = max(1, len(sources) // count)
    for sample in dict.fromkeys([*sources[::step], *sources, *samples]):
        if len(frames) == count:
            break
        try:
            frames.append(read_clip(sample.path, _TILE_SPEC).frames[0])
        except MediaError:
            continue
    return frames
