"""Video files, by PyAV: their time line, and exactly the frames that are asked for."""

import itertools
from array import array
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np

from kinora.errors import UndecodableError
from kinora.media.clip import MediaInfo
from kinora.media.colour import RGBConverter
from kinora.media.containers import open_container
from kinora.media.formats import Format
from kinora.media.limits import Limits
from kinora.media.sampling import Timeline
from kinora.media.schedule import Run, plan_runs

# A file whose header gives no frame rate and whose frames give no distance.
_USUAL_FPS = 25
# Demuxers that, after a jump, give every packet its right time stamp. The others find their way
# by searching the bytes and can be one frame off, so those files are read on instead.
_JUMPS_EXACTLY = {"mp4", "matroska", "avi", "flv", "asf"}
# Headers round; below this share of the promised length a file counts as cut off.
_COMPLETE = 0.9


class Video:
    """An open video.

    First all packets are listed without decoding, which costs little more than reading the
    file. From their time stamps the caller chooses frames, and only what these depend on is
    decoded. Files whose packets do not keep what they promise are decoded once from front to
    back instead, to see what is really there (`distrust`).
    """

    def __init__(self, file: BinaryIO, container_format: Format, limits: Limits) -> None:
        self._file, self._format, self._limits = file, container_format, limits
        self._damaged = 0
        self._size: tuple[int, int] | None = None
        self._converter = RGBConverter()
        self._container, self._stream = open_container(file, container_format, limits)
        try:
            self._list_packets()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the decoder's memory back."""
        self._container.close()

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def info(self) -> MediaInfo:
        """The facts of the file; known for certain once a frame has been decoded."""
        if self._size is None:
            next(self.frames(self.timeline.stamps[:1]), None)
        if self._size is None:
            raise UndecodableError(
                "No frame of the video can be decoded. It is damaged, cut off or encrypted."
            )
        width, height = self._size
        duration_s = self.timeline.duration_s
        return MediaInfo(
            kind="video",
            container=self._format.name,
            codec=self._stream.codec_context.codec.canonical_name,
            width=width,
            height=height,
            duration_s=duration_s,
            fps=len(self.timeline.stamps) / duration_s if duration_s else None,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong with the file so far, in plain words."""
        found = []
        promised_s, there_s = self._promised_s(), self.timeline.duration_s
        if there_s < promised_s * _COMPLETE:
            found.append(
                f"The file is incomplete: {there_s:.1f} of the {promised_s:.1f} seconds that it "
                "promises are there."
            )
        if self._damaged:
            found.append("Parts of the file are damaged; what could be decoded was used.")
        return tuple(found)

    def frames(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Decode the frames with the wanted time stamps, in order, as (stamp, RGB).

        A frame whose packet cannot be decoded is left out; after `distrust` none is.
        """
        wanted = np.unique(wanted)
        if not self._is_trusted:
            yield from self._frames_by_count(wanted)
            return
        can_jump = self._format.demuxer in _JUMPS_EXACTLY
        if not can_jump:
            self._reopen()
        packets = self._packets()
        for run in plan_runs(self._stamps, self._is_key, wanted):
            if can_jump:
                packets = self._packets_from(int(self._stamps[run.first]))
            yield from self._frames_of_run(run, packets)

    def distrust(self) -> None:
        """Decode everything once and take the frames that really come out as the time line."""
        self._is_trusted = False
        stamps = [frame.pts for frame in self._all_frames()]
        if not stamps:
            raise UndecodableError(
                "No frame of the video can be decoded. It is damaged, cut off or encrypted."
            )
        if None in stamps or len(set(stamps)) < len(stamps):
            stamps = list(range(len(stamps)))
            base, rate = Fraction(1), self._frame_rate()
            self.timeline = Timeline(
                np.array(stamps), np.array(stamps[:1]), len(stamps), base / rate
            )
            return
        ordered = np.sort(np.array(stamps, np.int64))
        end = max(self.timeline.end, int(ordered[-1]) + 1)
        self.timeline = Timeline(ordered, ordered[:1], end, self._stream.time_base)

    def _list_packets(self) -> None:
        stamps, durations, keys, hidden = array("q"), array("q"), array("b"), array("b")
        self._is_trusted = not self._may_pack_frames()
        for packet in self._packets():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.pts is None:
                self._is_trusted = False
            if stamp is None:
                continue
            self._limits.check_packets(len(stamps))
            stamps.append(stamp)
            durations.append(packet.duration or 0)
            keys.append(packet.is_keyframe)
            # An edit list can hide frames that later ones build on.
            hidden.append(packet.is_discard)
        self._stamps = np.array(stamps, np.int64)
        self._is_key = np.array(keys, bool)
        is_shown = ~np.array(hidden, bool)
        if not is_shown.any():
            raise UndecodableError("The file promises a video, but there is no frame in it.")
        self.timeline = self._timeline_of_packets(is_shown, np.array(durations, np.int64))
        self._limits.check_seconds(self.timeline.duration_s)
        if not self._is_trusted:
            self.distrust()

    def _may_pack_frames(self) -> bool:
        """XviD puts two frames into one AVI packet and an empty one after it."""
        context = self._stream.codec_context
        return (
            self._format.demuxer == "avi" and context.name == "mpeg4" and context.has_b_frames > 0
        )

    def _timeline_of_packets(self, is_shown: np.ndarray, durations: np.ndarray) -> Timeline:
        ordered, places = np.unique(self._stamps[is_shown], return_index=True)
        base = self._stream.time_base
        last_duration = int(durations[is_shown][places[-1]])
        if last_duration <= 0:
            gaps = np.diff(ordered)
            usual = 1 / (self._frame_rate() * base)
            last_duration = int(np.median(gaps)) if len(gaps) else max(1, round(usual))
        keys = np.unique(self._stamps[is_shown & self._is_key])
        return Timeline(ordered, keys, int(ordered[-1]) + last_duration, base)

    def _frames_of_run(
        self, run: Run, packets: Iterator[av.Packet]
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Decode one run; on the way, frames that no other frame builds on are skipped."""
        missing = set(run.wanted)
        context = self._stream.codec_context
        # The final None makes the decoder hand out what it still holds back.
        for packet in itertools.chain(self._packets_of_run(run, packets), [None]):
            is_wanted = packet is None or packet.pts in run.wanted
            context.skip_frame = "DEFAULT" if is_wanted else "NONREF"
            for frame in self._decode(packet):
                if frame.pts in missing:
                    missing.remove(frame.pts)
                    yield frame.pts, self._upright(frame)
        context.flush_buffers()

    def _packets_of_run(self, run: Run, packets: Iterator[av.Packet]) -> Iterator[av.Packet]:
        start, end = int(self._stamps[run.first]), int(self._stamps[run.last])
        has_begun = False
        for packet in packets:
            has_begun = has_begun or packet.pts == start
            if has_begun:
                yield packet
                if packet.pts == end:
                    return

    def _frames_by_count(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Decode everything; the n-th frame that comes out has the n-th time stamp."""
        missing = {int(np.searchsorted(self.timeline.stamps, stamp)) for stamp in wanted}
        for index, frame in enumerate(self._all_frames()):
            if index in missing:
                missing.remove(index)
                yield int(self.timeline.stamps[index]), self._upright(frame)
            if not missing:
                return

    def _all_frames(self) -> Iterator[av.VideoFrame]:
        self._reopen()
        for packet in self._packets():
            yield from self._decode(packet)
        yield from self._decode(None)

    def _packets(self) -> Iterator[av.Packet]:
        """The packets from here to where the file ends or cannot be read any further."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                self._damaged += 1
                return
            if packet.size:
                yield packet

    def _decode(self, packet: av.Packet | None) -> list[av.VideoFrame]:
        try:
            return self._stream.codec_context.decode(packet)
        except av.FFmpegError:
            self._damaged += 1
            return []

    def _packets_from(self, stamp: int) -> Iterator[av.Packet]:
        """The packets from the key frame at or before a time stamp."""
        try:
            self._container.seek(stamp, stream=self._stream, backward=True)
        except av.FFmpegError:
            self._reopen()
        return self._packets()

    def _reopen(self) -> None:
        self._container.close()
        self._container, self._stream = open_container(self._file, self._format, self._limits)

    def _upright(self, frame: av.VideoFrame) -> np.ndarray:
        self._limits.check_pixels(frame.width, frame.height)
        self._damaged += frame.is_corrupt
        aspect = self._stream.sample_aspect_ratio
        rgb = self._converter.upright(frame, float(aspect) if aspect else 1.0)
        self._size = self._size or (rgb.shape[1], rgb.shape[0])
        return rgb

    def _frame_rate(self) -> Fraction:
        return self._stream.average_rate or self._stream.guessed_rate or Fraction(_USUAL_FPS)

    def _promised_s(self) -> float:
        stream = self._stream
        if stream.duration is not None:
            return float(stream.duration * stream.time_base)
        # The length of the whole file is that of its longest stream, be it sound or subtitles.
        is_alone = len(self._container.streams) == 1
        return (self._container.duration or 0) / av.time_base if is_alone else 0.0
