"""What one publisher sends, message by message."""

from collections import Counter
from pathlib import Path

import av
import pytest

from overglass_edge.rtmp.talk import Described, Media
from overglass_edge.sources.footage import Shot
from overglass_edge.sources.publication import (
    MAX_WAITING,
    PICTURE_WITHIN,
    SOUND_WITHIN,
    START_ANEW,
    Publication,
)
from overglass_protocol.errors import SourceError
from overglass_protocol.packet import presentation_time
from tests.edge.clips import make_clip, number_of, sound_of

AAC_SETUP = Media(is_video=False, time=0, data=b"\xaf\0\x11\x90")
SOUND = Media(is_video=False, time=0, data=b"\xaf\1" + bytes.fromhex("211004"))


def messages(clip: Path) -> list[Media]:
    """A clip as FFmpeg publishes it, read from FLV's tags."""
    flv = clip.with_suffix(".flv")
    with av.open(str(clip)) as source, av.open(str(flv), "w") as out:
        copies = {
            s.index: out.add_stream_from_template(s) for s in (*source.streams.video, *source.streams.audio)
        }
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    data, at, found = flv.read_bytes(), 13, []
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        time = int.from_bytes(data[at + 7 : at + 8] + data[at + 4 : at + 7], "big")
        if data[at] in (8, 9):
            found.append(Media(data[at] == 9, time, data[at + 11 : at + 11 + size]))
        at += size + 15
    return found


def received(publication: Publication, sent: list[Media]) -> list[Shot]:
    return [shot for message in sent for shot in publication.receive(message)] + list(publication.finish())


def test_pictures_and_sound_come_out_as_they_went_in(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True)
    publication = Publication(500, Counter())
    shots = received(publication, messages(clip))
    assert [number_of(shot.picture) for shot in shots] == [n % 20 for n in range(30)]
    times = [presentation_time(shot.picture) * 1000 for shot in shots]
    assert times[0] >= 500
    assert [float(at - times[0]) for at in times] == pytest.approx([n * 1000 / 30 for n in range(30)], abs=1)
    heard = [bytes(packet) for shot in shots for packet in shot.sound]
    heard += [bytes(packet) for packet in publication.sound_left()]
    assert heard == [data for _, data in sound_of(clip)]
    assert publication.sound is not None
    assert publication.sound.duration == 21


def test_pictures_that_others_refer_to_come_out_in_the_order_of_showing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), b_frames=2)
    shots = received(Publication(0, Counter()), messages(clip))
    assert [number_of(shot.picture) for shot in shots] == [n % 20 for n in range(30)]


def test_times_go_on_through_the_wrap_of_32_bits(tmp_path: Path) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(20)))
    shifted = [Media(m.is_video, (m.time + 2**32 - 300) % 2**32, m.data) for m in sent]
    plain, wrapped = (received(Publication(7, Counter()), part) for part in (sent, shifted))
    assert [shot.picture.pts for shot in wrapped] == [shot.picture.pts for shot in plain]


def test_a_damaged_picture_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(30)))
    sent[10] = Media(is_video=True, time=sent[10].time, data=sent[10].data[:5] + b"\xff" * 40)
    dropped: Counter[str] = Counter()
    shots = received(Publication(0, dropped), sent)
    assert dropped["damaged"] == 1
    assert number_of(shots[-1].picture) == 29 % 20


def test_pictures_before_the_first_key_frame_are_not_decoded(tmp_path: Path) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(30)))
    dropped: Counter[str] = Counter()
    shots = received(Publication(0, dropped), [sent[0], *sent[5:]])
    first = number_of(shots[0].picture)
    assert first > 4
    assert dropped["damaged"] == first - 4


def test_whether_sound_comes_is_known_from_its_first_packet_or_the_description_or_after_a_while(
    tmp_path: Path,
) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(60)))
    described, waiting, heard = (Publication(0, Counter()) for _ in range(3))
    list(described.receive(Described({"framerate": 24.0, "videocodecid": 7.0})))
    for publication in (described, waiting, heard):
        received(publication, sent[:6])
    assert described.is_settled
    assert described.fps == 24.0
    assert not waiting.is_settled
    received(waiting, [m for m in sent[6:] if m.time <= SOUND_WITHIN + 40])
    assert waiting.is_settled
    received(heard, [AAC_SETUP, SOUND])
    assert heard.is_settled


def test_a_publisher_of_sound_alone_is_refused(tmp_path: Path) -> None:
    publication = Publication(0, Counter())
    late = Media(is_video=False, time=PICTURE_WITHIN + 1, data=SOUND.data)
    with pytest.raises(SourceError, match="it sends no picture"):
        received(publication, [AAC_SETUP, SOUND, late])


def test_sound_of_another_codec_is_named_and_left_out() -> None:
    publication = Publication(0, Counter())
    assert received(publication, [Media(is_video=False, time=0, data=b"\x2f\1\2")]) == []
    assert publication.foreign_sound == "MP3"
    assert publication.sound_left() == ()


def test_sound_that_waits_for_a_picture_is_bounded() -> None:
    dropped: Counter[str] = Counter()
    publication = Publication(0, dropped)
    blocks = [Media(is_video=False, time=n, data=SOUND.data) for n in range(MAX_WAITING + 3)]
    received(publication, [AAC_SETUP, *blocks])
    assert len(publication.sound_left()) == MAX_WAITING
    assert dropped["sound packets"] == 3
    publication.close()


@pytest.mark.parametrize(
    ("head", "codec"), [(b"\x12", "Sorenson"), (b"\x1c", "HEVC"), (b"\x90hvc1", "HEVC"), (b"\x91av01", "AV1")]
)
def test_pictures_of_another_codec_are_refused_by_name(head: bytes, codec: str) -> None:
    with pytest.raises(SourceError, match=codec):
        received(Publication(0, Counter()), [Media(is_video=True, time=0, data=head + bytes(9))])


def test_h264_named_by_four_letters_is_decoded(tmp_path: Path) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(10)))
    named = [
        Media(
            True,
            m.time,
            bytes([0x80 | m.data[0] & 0x70 | m.data[1]])
            + b"avc1"
            + (m.data[5:] if m.data[1] == 0 else m.data[2:]),
        )
        for m in sent
        if m.data[1] < 2
    ]
    assert len(received(Publication(0, Counter()), named)) == 10


@pytest.mark.parametrize("is_video", [True, False])
@pytest.mark.parametrize(
    "data", [b"", b"\x17", b"\x17\1\0", b"\x17\0\0\0\0", b"\xaf", b"\xaf\0", b"\x17\2\0\0\0"]
)
def test_empty_and_cut_messages_change_nothing(is_video: bool, data: bytes) -> None:
    assert received(Publication(0, Counter()), [Media(is_video, 0, data)]) == []


@pytest.mark.parametrize("is_video", [True, False])
def test_a_packet_without_a_byte_does_not_end_what_follows(is_video: bool, tmp_path: Path) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True))
    empty = Media(is_video, sent[20].time, b"\x27\1\0\0\0" if is_video else b"\xaf\1")
    plain, cut = (
        received(Publication(0, Counter()), part) for part in (sent, [*sent[:20], empty, *sent[20:]])
    )
    assert [shot.picture.pts for shot in cut] == [shot.picture.pts for shot in plain]
    assert all(packet.size for shot in cut for packet in shot.sound)


@pytest.mark.parametrize("b_frames", [0, 2])
def test_times_that_start_anew_go_on_from_the_newest(tmp_path: Path, b_frames: int) -> None:
    sent = messages(make_clip(tmp_path / "clip.mp4", pts=range(30), b_frames=b_frames, sound=True))
    late = [Media(m.is_video, m.time + 10 * START_ANEW, m.data) for m in sent]
    dropped: Counter[str] = Counter()
    publication = Publication(0, dropped)
    shots = received(publication, [*late, *sent])
    assert [number_of(shot.picture) for shot in shots] == [n % 20 for n in range(30)] * 2
    assert not dropped
    times = [shot.picture.pts or 0 for shot in shots]
    assert times == sorted(set(times))
    assert times[-1] - times[0] < 3000
    publication.close()
