"""Calendar files: what every calendar program must be able to read, whatever stands in a title."""

import datetime as dt

from icalendar import Calendar

from tenders.calendars import CalendarEntry, calendar
from tests.factories import NOON


def entry(**facts):
    return CalendarEntry(**{"uid": "u1", "title": "Bidder day", "starts": NOON, "changed_at": NOON, **facts})


def lines(*entries, name="Events"):
    """The file's content lines, unfolded as a reader does."""
    text = calendar(entries, name=name).decode()
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_moment_is_written_in_utc():
    summer = dt.datetime.fromisoformat("2026-07-01T10:00:00+01:00")

    found = lines(entry(starts=summer, ends=summer + dt.timedelta(hours=2)))

    assert {"DTSTART:20260701T090000Z", "DTEND:20260701T110000Z"} <= set(found)


def test_a_day_ends_with_the_day_after():
    found = lines(entry(starts=dt.date(2026, 3, 1), ends=dt.date(2026, 3, 31)))

    assert {"DTSTART;VALUE=DATE:20260301", "DTEND;VALUE=DATE:20260401"} <= set(found)


def test_a_cancelled_entry_says_so_and_keeps_its_uid():
    found = lines(entry(sequence=2, is_cancelled=True))

    assert {"UID:u1", "SEQUENCE:2", "STATUS:CANCELLED"} <= set(found)


def test_no_text_can_begin_a_line_of_its_own():
    found = lines(entry(title="Day\r\nSTATUS:CANCELLED", place="a,b;c\\d", url="https://x.example/\r\nATTACH:y"))

    assert "STATUS:CANCELLED" not in found
    assert "SUMMARY:Day\\nSTATUS:CANCELLED" in found
    assert "LOCATION:a\\,b\\;c\\\\d" in found
    assert "URL:https://x.example/ATTACH:y" in found


def test_long_lines_are_folded_between_letters():
    title = "é" * 200

    content = calendar([entry(title=title)], name="a")

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert f"SUMMARY:{title}" in lines(entry(title=title))


def test_another_reader_finds_what_was_said():
    content = calendar([entry(text="One, two; three\\four\nfive", sequence=3)], name="Events")

    [found] = Calendar.from_ical(content).walk("VEVENT")
    assert (found["uid"], found["sequence"], found["description"]) == ("u1", 3, "One, two; three\\four\nfive")
    assert found.decoded("dtstart") == NOON


def test_the_same_entries_make_the_same_bytes():
    assert calendar([entry()], name="a") == calendar([entry()], name="a")
