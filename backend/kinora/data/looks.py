"""Look: what one glance at a clip tells, and a cache of looks, since glances add up to minutes."""

import base64
import json
import logging
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path

import cv2
import numpy as np

from kinora.clips import ClipSpec
from kinora.data.files import name_below
from kinora.errors import MediaError
from kinora.media import MediaInfo, read_clip
from kinora.paths import cache_folder

logger = logging.getLogger(__name__)

# Three small frames tell clips apart; more cost time and find no more copies.
_GLANCE = ClipSpec(frame_count=3, size=32)

# Height and width of the grey pictures that confirm what hashes suspect.
_THUMBNAIL = 16

# Written into the cache: looks of another version are made anew.
_VERSION = 2


@dataclass(frozen=True)
class Look:
    """What one glance at a clip tells.

    Args:
        size_bytes: Bytes on disk.
        info: The facts of the file, None if it cannot be read.
        hashes: One 64-bit perceptual hash for each of three frames.
        thumbnails: The same frames as tiny grey pictures, as text.
        error: Why it cannot be read.
        warnings: What is wrong with it, though it can be read.
    """

    size_bytes: int
    info: MediaInfo | None = None
    hashes: tuple[int, ...] = ()
    thumbnails: str = ""
    error: str | None = None
    warnings: tuple[str, ...] = ()

    def pictures(self) -> np.ndarray:
        """The thumbnails as numbers, uint8 (frames, height, width)."""
        values = np.frombuffer(base64.b64decode(self.thumbnails), np.uint8)
        return values.reshape(-1, _THUMBNAIL, _THUMBNAIL)


def look_at(path: Path) -> Look:
    """Glance at a video, an image or a folder of frames; an unreadable one is told, not raised."""
    try:
        size = _size(path)
    except OSError as error:
        return Look(0, error=f"It cannot be opened: {error.strerror}.")
    if not size:
        return Look(0, error="It is empty.")
    try:
        clip = read_clip(path, _GLANCE)
    except MediaError as error:
        return Look(size, error=str(error))
    except OSError as error:
        return Look(size, error=f"It cannot be opened: {error.strerror}.")
    hashes = tuple(difference_hash(frame) for frame in clip.array)
    return Look(size, clip.info, hashes, _thumbnails(clip.array), warnings=clip.warnings)


def _thumbnails(frames: np.ndarray) -> str:
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    shape = (_THUMBNAIL, _THUMBNAIL)
    small = [cv2.resize(grey, shape, interpolation=cv2.INTER_AREA) for grey in greys]
    return base64.b64encode(np.stack(small).tobytes()).decode()


def difference_hash(frame: np.ndarray) -> int:
    """64 bits that say where a frame (height, width, 3) gets brighter from left to right.

    Scaling, compression and a change of colours turn only few of them.
    """
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = small[:, 1:] > small[:, :-1]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


class LookCache:
    """Looks of one folder kept between runs; a file that changed is looked at again."""

    def __init__(self, root: Path) -> None:
        name = blake2b(str(root.resolve()).encode(), digest_size=10).hexdigest()
        self._file = cache_folder() / "looks" / f"{name}.json"
        self._root = root
        self._looks = self._load()

    def get(self, path: Path) -> Look | None:
        """The look at a file, if it has not changed since."""
        state, look = self._looks.get(name_below(self._root, path), ("", None))
        return look if state == _state(path) else None

    def put(self, path: Path, look: Look) -> None:
        """Remember a look."""
        self._looks[name_below(self._root, path)] = (_state(path), look)

    def save(self) -> None:
        """Write all looks; an interruption leaves the file as it was."""
        looks = {name: [state, asdict(look)] for name, (state, look) in self._looks.items()}
        draft = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"version": _VERSION, "looks": looks}), encoding="utf-8")
            draft.replace(self._file)
        except OSError as error:
            # Without a cache the next run takes longer, nothing else.
            logger.warning("%s cannot be written: %s.", self._file, error)

    def _load(self) -> dict[str, tuple[str, Look]]:
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            if values["version"] != _VERSION:
                return {}
            looks = values["looks"].items()
            return {name: (state, _look_from(look)) for name, (state, look) in looks}
        except (OSError, ValueError, TypeError, KeyError):
            return {}


def _state(path: Path) -> str:
    """What changes when a file is written again."""
    try:
        facts = path.stat()
    except OSError:
        return "gone"
    return f"{facts.st_size}/{facts.st_mtime_ns}"


def _look_from(values: dict) -> Look:
    look = Look(**values)
    info = MediaInfo(**values["info"]) if values["info"] else None
    return replace(look, info=info, hashes=tuple(look.hashes), warnings=tuple(look.warnings))


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return path.stat().st_size
