"""The recordings that a machine speaks: what is heard is what is written, slowly enough."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scripts.make_demo_audio import COURSES, KILOBITS, MADE, Recording, recordings, seconds

WORDS_A_MINUTE = 145
BYTES_AT_MOST = 500_000
ENGLISH = COURSES / "NN-02"

every = pytest.mark.parametrize(
    "recording", list(recordings(ENGLISH)), ids=lambda row: row.path.stem
)


@every
def test_a_recording_was_made_of_the_words_its_lesson_shows(recording: Recording) -> None:
    made = json.loads((recording.path.parent / MADE).read_text(encoding="utf-8"))
    row = made[recording.path.relative_to(ENGLISH).as_posix()]
    sound = hashlib.sha256(recording.path.read_bytes()).hexdigest()
    assert row == {"words": recording.digest, "sound": sound}, "run scripts/make_demo_audio.py"


@every
def test_a_recording_is_slow_and_small(recording: Recording) -> None:
    played, size = seconds(recording.path), recording.path.stat().st_size
    assert played * KILOBITS * 125 == pytest.approx(size, rel=0.01)  # so the frames were all read
    assert recording.words / played * 60 <= WORDS_A_MINUTE
    assert size < BYTES_AT_MOST
    # Slow, but not asleep: a person reading aloud to learners says some hundred words.
    assert recording.words / played * 60 >= 90


def test_there_are_dialogues_of_two_voices_and_no_recording_is_left_over() -> None:
    found = list(recordings(ENGLISH))
    assert len(found) >= 4
    assert sum(len(row.speakers) == 2 for row in found) >= 2
    assert all(row.speakers for row in found)
    assert {row.path for row in found} == set((ENGLISH / "audio").glob("*.mp3"))


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(b"ID3 and then something else")
    with pytest.raises(ValueError, match=r"x\.mp3: no frame at byte 0"):
        seconds(path)
