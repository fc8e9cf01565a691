"""Replaces files so that, even after a power cut, each is whole and has the old contents or the new.

No SQL, no clock, and nothing of what the files hold.
"""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp


def replace(path: Path, written: bytes, *, private: bool = False) -> None:
    """Replace a file's contents, or make the file. It keeps its owner and permissions; a new one is private.

    With `private`, only its owner may read it in any case. Raises OSError.
    """
    with replacing({path: written}, private=private):
        pass


@contextmanager
def replacing(files: Mapping[Path, bytes], *, private: bool = False) -> Iterator[Mapping[Path, Path]]:
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
            _take_after(path, ready[path], private=private)
            on_disk(ready[path])
        yield ready
        for path, new in ready.items():
            new.replace(path)
        for folder in {path.parent for path in ready}:
            _names_on_disk(folder)
    finally:
        for new in ready.values():
            new.unlink(missing_ok=True)


def put(new: Path, path: Path) -> None:
    """Rename a finished file. A power cut leaves the whole new file or what was there before. Raises OSError."""
    on_disk(new)
    new.replace(path)
    _names_on_disk(path.parent)


def _take_after(path: Path, new: Path, *, private: bool) -> None:
    """Give a new file the permissions and the owner of the file it replaces; without one, the owner of the folder.

    Else a file that root writes by a command could not be read by the service.
    """
    if path.exists() and not private:
        shutil.copymode(path, new)
    owner = (path if path.exists() else path.parent).stat()
    with suppress(PermissionError):
        os.chown(new, owner.st_uid, owner.st_gid)


NO_FOLDERS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})
"""The errors of a file system that cannot flush a folder, or does not let us: the renamed file is in place already."""


def _names_on_disk(folder: Path) -> None:
    try:
        on_disk(folder)
    except OSError as refused:
        if refused.errno not in NO_FOLDERS:
            raise


def on_disk(path: Path) -> None:
    """Return once a file's contents, or a folder's names, are on disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
