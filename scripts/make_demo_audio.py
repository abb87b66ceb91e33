"""Speak the transcripts of the demo's lessons with synthetic voices: a maintainer's tool.

    apt-get install flite lame && python scripts/make_demo_audio.py

It reads each `::: audio` fence whose title says «giọng máy», so that what is heard is what is
written, and writes the .mp3 beside the lesson together with `made.json`: digests of the words and
of the sound, by which a test sees that neither changed without the other. The first speaker has a
woman's voice, the second a man's. Run by hand after a change; the files are committed.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

COURSES: Final = Path(__file__).resolve().parents[1] / "demo" / "courses"
MACHINE: Final = "giọng máy"
MADE: Final = "made.json"
VOICES: Final = ("slt", "rms")
FENCE: Final = re.compile(r"^::: audio\n(.*?)^---\n(.*?)^:::$", re.MULTILINE | re.DOTALL)
TURN: Final = re.compile(r"\A\*\*(?P<speaker>[^*]+):\*\*\s*")
SENTENCE: Final = re.compile(r"(?<=[.?!])\s+")
RATE: Final = 16_000  # what the voices speak in
STRETCH: Final = 1.25  # slower than the voices' own pace
LEAD, BETWEEN_TURNS, BETWEEN_SENTENCES = 0.8, 0.8, 0.45  # seconds of silence
KILOBITS: Final = 32

# Frames of an mp3 file of layer III: kilobits a second and samples a second, by index.
BITRATES: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000)}
SAMPLES: Final = {3: 1152, 2: 576}
SYNC: Final = 0xFF  # each frame begins with it


@dataclass(frozen=True)
class Recording:
    """A recording to be: where it goes and who says what."""

    path: Path
    turns: tuple[tuple[str, str], ...]

    @property
    def words(self) -> int:
        """Return how many words are spoken."""
        return sum(len(text.split()) for _speaker, text in self.turns)

    @property
    def speakers(self) -> list[str]:
        """Return the speakers in the order in which they begin."""
        return list(dict.fromkeys(speaker for speaker, _text in self.turns))

    @property
    def digest(self) -> str:
        """Return the digest of all that is said."""
        return hashlib.sha256("\n".join(f"{s}: {t}" for s, t in self.turns).encode()).hexdigest()


def recordings(folder: Path) -> Iterator[Recording]:
    """Yield the recordings that the lessons of a course folder ask a machine for."""
    for lesson in sorted(folder.glob("*.md")):
        for head, text in FENCE.findall(lesson.read_text(encoding="utf-8")):
            facts = yaml.safe_load(head)
            if MACHINE in facts["title"]:
                yield Recording(folder / facts["file"], tuple(_turns(text)))


def _turns(transcript: str) -> Iterator[tuple[str, str]]:
    speaker = ""
    for paragraph in transcript.strip().split("\n\n"):
        named = TURN.match(paragraph)
        speaker = named["speaker"] if named else speaker
        yield speaker, " ".join(TURN.sub("", paragraph).replace("**", "").split())


def seconds(path: Path) -> float:
    """Return how long an mp3 file plays: the sum of its frames."""
    data, at, played = path.read_bytes(), 0, 0.0
    while at + 4 <= len(data):
        kind, bits, rate = (data[at + 1] >> 3) & 3, data[at + 2] >> 4, (data[at + 2] >> 2) & 3
        if data[at] != SYNC or kind not in RATES:
            raise ValueError(f"{path.name}: no frame at byte {at}")
        samples, hertz = SAMPLES[kind], RATES[kind][rate]
        length = samples // 8 * BITRATES[kind][bits] * 1000 // hertz
        played += samples / hertz
        at += length + ((data[at + 2] >> 1) & 1)
    return played


def speak(recording: Recording) -> None:
    """Write the recording as an .mp3 file."""
    voices = dict(zip(recording.speakers, VOICES, strict=False))
    recording.path.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole.wav")
        with wave.open(str(whole), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(_silence(LEAD))
            for speaker, text in recording.turns:
                for sentence in SENTENCE.split(text):
                    sound.writeframes(_spoken(sentence, voices[speaker], Path(folder, "one.wav")))
                    sound.writeframes(_silence(BETWEEN_SENTENCES))
                sound.writeframes(_silence(BETWEEN_TURNS - BETWEEN_SENTENCES))
        encode = ["lame", "--quiet", "-t", "-m", "m", "-b", str(KILOBITS), "--resample", "16"]
        subprocess.run([*encode, str(whole), str(recording.path)], check=True)


def _spoken(sentence: str, voice: str, path: Path) -> bytes:
    pace = ["--setf", f"duration_stretch={STRETCH}"]
    command = ["flite", "-voice", voice, *pace, "-t", sentence, "-o", str(path)]
    subprocess.run(command, check=True)
    with wave.open(str(path), "rb") as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"The voice {voice} speaks in another form.")
        return sound.readframes(sound.getnframes())


def _silence(duration: float) -> bytes:
    return bytes(2 * round(duration * RATE))


def main() -> None:
    """Speak what is missing or was changed; list what there is."""
    for folder in sorted(path for path in COURSES.iterdir() if path.is_dir()):
        made: dict[str, dict[str, str]] = {}
        for row in recordings(folder):
            name = row.path.relative_to(folder).as_posix()
            speak(row)
            sound = hashlib.sha256(row.path.read_bytes()).hexdigest()
            made[name] = {"words": row.digest, "sound": sound}
            length = seconds(row.path)
            print(f"{folder.name}/{name}: {length:.0f} s, {row.words / length * 60:.0f} words/min")
        if made:
            listed = json.dumps(made, indent=2, sort_keys=True) + "\n"
            (folder / "audio" / MADE).write_text(listed, encoding="utf-8")


if __name__ == "__main__":
    main()
