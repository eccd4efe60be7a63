"""The journal: lines that survive torn writes, other processes and odd texts."""

from __future__ import annotations

from pathlib import Path

from reportgen.engine.journal import Journal


def test_events_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "journal.jsonl")
    assert journal.events() == []
    journal.record("started", "a", "k")
    journal.record("failed", "a", "k", error="línea\u2028uno\ndos")
    first, second = journal.events()
    assert (first["event"], first["step"], first["key"]) == ("started", "a", "k")
    assert second["error"] == "línea\u2028uno\ndos"
    assert {"time", "pid"} <= first.keys()


def test_a_torn_line_spoils_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.record("started", "a", "k")
    with journal.path.open("ab") as stream:
        stream.write(b'{"event": "fini\xc3')
    journal.record("finished", "b", "k")
    with journal.path.open("ab") as stream:
        stream.write(b"3\n[1]\n")
    assert [event["step"] for event in journal.events()] == ["a", "b"]


def test_a_line_with_a_flipped_bit_in_a_name_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.record("started", "a", "k")
    journal.record("finished", "b", "k")
    for name in (b'"event"', b'"step"'):
        whole = journal.path.read_bytes()
        journal.path.write_bytes(whole.replace(name, name[:-2] + b'~"', 1))
        assert [event["step"] for event in journal.events()] == ["b"]
        journal.path.write_bytes(whole)
