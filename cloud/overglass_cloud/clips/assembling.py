"""Joins encoded segments into one MP4 and carries over what a source has beside its picture, bit for bit.

Nothing is decoded; packets pass through one at a time.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from overglass_cloud.clips.opened import opened
from overglass_cloud.clips.span import Span
from overglass_cloud.clips.writing import timescale
from overglass_protocol.errors import ClipError

_CARRIED = {"audio", "subtitle"}


@dataclass(frozen=True, slots=True)
class _Timed:
    """A packet in the order of its output."""

    time: Fraction
    packet: "av.Packet[Any]"

    def __lt__(self, other: "_Timed") -> bool:
        return self.time < other.time


def assemble(
    segments: Sequence[Path],
    target: Path,
    *,
    time_base: Fraction,
    sources: Sequence[Path] = (),
    spans: Sequence[Span] | None = None,
) -> list[str]:
    """Writes `target` from segments in order, with the sound, subtitles and chapters of the first source.

    `spans` are what is shown of the sources, one after the other; None for all of the first, as it is.
    Returns a sentence for each thing that does not go along. Raises ClipError.
    """
    left_out: list[str] = []
    with ExitStack() as stack:
        try:
            output = stack.enter_context(
                av.open(str(target), "w", format="mp4", options=timescale(time_base))
            )
            first = stack.enter_context(opened(segments[0]))
            picture = output.add_stream_from_template(first.streams.video[0], opaque=True)
            picture.time_base = time_base
            flows = [_pictures(segments, picture, time_base)]
            if sources:
                source = stack.enter_context(opened(sources[0]))
                flows += _carried(source, sources, spans, output, left_out)
            for timed in heapq.merge(*flows):
                output.mux(timed.packet)
        except (av.FFmpegError, ValueError) as error:
            raise ClipError(f"{target.name} cannot be written: {error}", code="cannot-write") from error
    return left_out


def _pictures(segments: Sequence[Path], stream: Any, base: Fraction) -> Iterator[_Timed]:
    """Packets of all segments, in order of decoding. They are reordered by one picture at most, so each is
    decoded at the time when the one before it is shown."""
    shown: int | None = None
    for path in segments:
        with opened(path) as container:
            packets = [p for p in container.demux(container.streams.video[0]) if p.size]
        times = sorted(_ticks(packet, base) for packet in packets)
        if shown is None:
            shown = times[0] - (times[1] - times[0] if len(times) > 1 else 1)
        for packet, dts in zip(packets, [shown, *times[:-1]], strict=True):
            packet.pts = _ticks(packet, base)
            packet.dts, packet.time_base, packet.stream = dts, base, stream
            yield _Timed(dts * base, packet)
        shown = times[-1]


def _ticks(packet: "av.Packet[Any]", base: Fraction) -> int:
    ticks = (packet.pts or 0) * (packet.time_base or base) / base
    if ticks.denominator != 1:
        raise ClipError(f"a segment's time {float(ticks * base)} s is no tick", code="out-of-order")
    return int(ticks)


def _carried(
    source: InputContainer,
    paths: Sequence[Path],
    spans: Sequence[Span] | None,
    output: OutputContainer,
    left_out: list[str],
) -> Iterable[Iterator[_Timed]]:
    """A flow for each track that goes along. Each has the file open for itself, since tracks may lie far
    apart in it."""
    hidden = sum(stream.type not in _CARRIED and stream.type != "video" for stream in source.streams)
    if hidden:
        left_out.append(
            f"{hidden} data track{'s were' if hidden > 1 else ' was'} left out, since a camera writes there "
            "where and how it was moved."
        )
    wanted = [stream for stream in source.streams if stream.type in _CARRIED]
    if spans is not None and (why := _unfit(spans)) is not None:
        if wanted:
            left_out.append(f"Sound and subtitles were left out: {why}.")
        return []
    flows = []
    for stream in wanted:
        kind = "sound" if stream.type == "audio" else "subtitle track"
        name = stream.codec_context.name if stream.codec_context is not None else "unknown"
        try:
            made = output.add_stream_from_template(stream, opaque=True)
        except (av.FFmpegError, ValueError):
            left_out.append(f"The {kind} ({name}) cannot be stored in MP4 as it is, and was left out.")
            continue
        made.metadata.update(stream.metadata)
        flows.append(_track(paths[spans[0].source if spans else 0], stream.index, made, spans))
    if spans is None and (chapters := source.chapters()):
        output.set_chapters(chapters)
    return flows


def _unfit(spans: Sequence[Span]) -> str | None:
    """Why packets cannot go along as they are; None if they can."""
    if any(span.speed != 1 for span in spans):
        return "the clip is shown at another speed"
    if any(span.source != 0 for span in spans) or not spans:
        return "the result is not cut from one clip"
    return None


def _track(path: Path, index: int, made: Any, spans: Sequence[Span] | None) -> Iterator[_Timed]:
    """Packets as they are; of spans those that begin in them, moved to where the span is shown."""
    if spans is None:
        yield from _packets(path, index, made)
        return
    shown = spans[0].start
    for span in spans:
        for timed in _packets(path, index, made):
            if span.start <= timed.time < span.end:
                packet, base = timed.packet, timed.packet.time_base or Fraction(1, 90000)
                moved = round((shown - span.start) / base)
                packet.dts = (packet.dts or 0) + moved
                packet.pts = (packet.pts or 0) + moved
                yield _Timed(packet.dts * base, packet)
        shown += span.end - span.start


def _packets(path: Path, index: int, made: Any) -> Iterator[_Timed]:
    with opened(path) as container:
        stream = container.streams[index]
        for packet in container.demux(stream):
            if packet.size == 0 or packet.dts is None:
                continue
            time = packet.dts * (packet.time_base or stream.time_base or Fraction(1, 90000))
            packet.stream = made
            yield _Timed(time, packet)
