"""Recordings of sentences, as a voice artist sends them, and faulty ones: WAV files that the tests make."""

import io
import wave
from pathlib import Path


def sound(seconds: float = 1.0, *, channels: int = 1, width: int = 2, rate: int = 8_000, fill: int = 0) -> bytes:
    """Return a WAV file of this many seconds, filled with the byte `fill`; another byte gives another sound."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes([fill]) * (int(seconds * rate) * channels * width))
    return written.getvalue()


def record(folder: Path, language: str, sentence: str, content: bytes | None = None) -> Path:
    """Put the recording of a sentence into a folder of recordings, where the line looks for it; return its path."""
    path = folder / language / f"{sentence}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound() if content is None else content)
    return path
