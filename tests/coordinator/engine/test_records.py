import msgspec
import pytest

from coordinator.engine import records
from quickpoll.protocol import Settings

HAND_WRITTEN: list[tuple[bytes, records.Record]] = [
    (
        b'["session",5,1,"0.1.0","123456","5a17","Capitals",2,' + msgspec.json.encode(Settings(lead_ms=0)) + b"]",
        records.Began(5, 1, "0.1.0", "123456", "5a17", "Capitals", 2, Settings(lead_ms=0)),
    ),
    (b'["join",5,0,"p0","Ann","fox",70]', records.PlayerJoined(5, 0, "p0", "Ann", "fox", 70)),
    (b'["leave",5,0]', records.Left(5, 0)),
    (b'["kick",5,0]', records.PlayerKicked(5, 0)),
    (b'["away",5,[0,7]]', records.Away(5, (0, 7))),
    (b'["link",5,7,70]', records.Connected(5, 7, 70)),
    (b'["lock",5,true]', records.Locked(5, True)),
    (b'["pause",5,false]', records.Paused(5, False)),
    (b'["extra_time",5,0,50]', records.ExtraTime(5, 0, 50)),
    (b'["next",5]', records.Next(5)),
    (b'["close",5]', records.ClosesQuestion(5)),
    (b'["clock",5,true]', records.StopsClock(5, True)),
    (b'["add",5,3,true]', records.Adds(5, 3, True)),
    (b'["choose",5,7]', records.Chooses(5, 7)),
    (b'["show",5,0,"fun",false]', records.Shows(5, 0, "fun", False)),
    (b'["merge",5,0,"car","auto"]', records.Merges(5, 0, "car", "auto")),
    (b'["answer",1764248064210,1234,19,2,3456,70]', records.Answered(1764248064210, 1234, 19, 2, 3456, 70)),
    (b'["answer",5,0,1,[0,2],null,0]', records.Answered(5, 0, 1, (0, 2), None, 0)),
    (b'["closed",5,0,[1],null,[3,4],7,8,"aa"]', records.Closed(5, 0, (1,), None, (3, 4), 7, 8, "aa")),
    (b'["ended",5,8,"aa"]', records.Ended(5, 8, "aa")),
]


@pytest.mark.parametrize(("text", "record"), HAND_WRITTEN, ids=lambda value: type(value).__name__)
def test_a_record_is_a_json_array_of_its_kind_and_its_fields(text: bytes, record: records.Record) -> None:
    assert records.encode(record) == text
    assert records.decode(text) == record


@pytest.mark.parametrize("text", [b"", b"[]", b'["dance",5]', b'["leave",5]', b'["leave","5",0]', b"\xff"])
def test_what_is_no_record_is_refused(text: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        records.decode(text)
