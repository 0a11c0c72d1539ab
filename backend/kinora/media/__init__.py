"""From bytes to frames: any video or image as upright uint8 RGB, and frames back to files."""

from kinora.media.clip import Clip, MediaInfo
from kinora.media.fitting import fit_frame, resize
from kinora.media.formats import READABLE
from kinora.media.limits import Limits
from kinora.media.reading import iter_frames, open_media, read_clip, read_image, read_info
from kinora.media.sources import Source
from kinora.media.stills import frame_paths
from kinora.media.writing import VideoWriter, write_image

__all__ = [
    "READABLE",
    "Clip",
    "Limits",
    "MediaInfo",
    "Source",
    "VideoWriter",
    "fit_frame",
    "frame_paths",
    "iter_frames",
    "open_media",
    "read_clip",
    "read_image",
    "read_info",
    "resize",
    "write_image",
]
