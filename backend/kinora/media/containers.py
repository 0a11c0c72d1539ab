"""Opening a video file with the one demuxer that fits its bytes."""

import os
from typing import BinaryIO

import av

from kinora.errors import NoPictureError, UndecodableError
from kinora.media.formats import Format
from kinora.media.limits import Limits

# More decoder threads than this cost memory and gain nothing for one video.
_MOST_THREADS = 8
# For smaller pictures, telling threads what to do costs more than they save.
_WORTH_THREADS = 640 * 480
# Fewer read calls than with FFmpeg's 32 kB.
_READ_BYTES = 256 * 1024
# Decoders round sizes up to whole blocks before they compare them with their limit; the exact
# limit is ours.
_BLOCK_SLACK = 1.25


def open_container(
    file: BinaryIO, container_format: Format, limits: Limits
) -> tuple[av.container.InputContainer, av.VideoStream]:
    """Open a file from its beginning; its stream of pictures is ready to be decoded."""
    file.seek(0)
    most_pixels = {"max_pixels": str(int(limits.max_pixels * _BLOCK_SLACK))}
    try:
        container = av.open(
            file,
            format=container_format.demuxer,
            options=most_pixels,
            buffer_size=_READ_BYTES,
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        raise UndecodableError(
            f"The file begins like {container_format.name}, but cannot be opened. It is damaged "
            "or cut off; an MP4 without its end, for example, lacks the list of its frames."
        ) from error
    try:
        stream = _picture_stream(container)
        context = stream.codec_context
        limits.check_pixels(context.width, context.height)
        context.options = most_pixels
        is_small = context.width * context.height < _WORTH_THREADS
        context.thread_type = "AUTO"
        context.thread_count = 1 if is_small else min(os.cpu_count() or 1, _MOST_THREADS)
    except BaseException:
        container.close()
        raise
    return container, stream


def _picture_stream(container: av.container.InputContainer) -> av.VideoStream:
    """The first stream of moving pictures; a cover image of a song is none."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            if stream.codec_context is None:
                raise UndecodableError("The video's codec is unknown. Convert it to H.264.")
            return stream
    raise NoPictureError("The file holds sound but no picture. Send a video or an image.")
