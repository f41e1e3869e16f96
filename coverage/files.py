"""Writing a file whole or not at all, so that a killed run leaves the old one as it was."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give a temporary file that becomes `path` when the block ends well, and vanishes otherwise.

    Parameters
    ----------
    path
        The file to write; its folder is made where it is missing.

    Raises
    ------
    FileError
        If the folder cannot be made or written, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=path.parent))
    except OSError as error:
        raise cannot_write(path, error) from error
    temporary = folder / path.name
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            for leftover in folder.iterdir():
                leftover.unlink(missing_ok=True)
            folder.rmdir()


def cannot_write(path: Path, error: Exception) -> FileError:
    """Say in one line that `path` cannot be written, and why."""
    reason = getattr(error, "strerror", None) or str(error)
    return FileError(
        f"{path} cannot be written ({reason}): free some space or choose another folder",
        zh=f"{path} 无法写入（{reason}）：请检查磁盘空间和权限，或换一个文件夹",
    )
