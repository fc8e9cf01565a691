"""Replaces files so that, even after a power cut, each is whole and has the old contents or the new.

No SQL, no clock, and nothing of what the files hold.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp


def replace(path: Path, written: bytes) -> None:
    """Replace a file's contents, or make the file. It keeps its permissions; a new one is private. Raises OSError."""
    with replacing({path: written}):
        pass


@contextmanager
def replacing(files: Mapping[Path, bytes]) -> Iterator[Mapping[Path, Path]]:
    """Yield new files with these contents, by the paths that they take when the block has ended well. Raises OSError.

    All are written to disk before the first is yielded. If anything fails, none of them is left.
    """
    ready: dict[Path, Path] = {}
    try:
        for path, written in files.items():
            handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
            ready[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(written)
            with suppress(FileNotFoundError):
                shutil.copymode(path, name)
            on_disk(ready[path])
        yield ready
        for path, new in ready.items():
            _place(new, path)
    finally:
        for new in ready.values():
            new.unlink(missing_ok=True)


def put(new: Path, path: Path) -> None:
    """Rename a finished file. A power cut leaves the whole new file or what was there before. Raises OSError."""
    on_disk(new)
    _place(new, path)


def _place(new: Path, path: Path) -> None:
    new.replace(path)
    on_disk(path.parent)


def on_disk(path: Path) -> None:
    """Return once a file's contents, or a folder's names, are on disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
