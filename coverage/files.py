"""Writing files whole or not at all, so that a killed run leaves the old ones as they were."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.errors import FileError, system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Stamps = Mapping[str, tuple[int, int]]


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """
    Give an empty folder whose files move into `folder` together when the block ends well, or vanish.

    Parameters
    ----------
    folder
        Where the files go; it is made where it is missing. Files of other names in it stay.

    Raises
    ------
    FileError
        If the folder cannot be made or written, or the disk is full.
    """
    made: list[Path] = []
    try:
        made = _missing_parents(folder)
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        _remove_empty(made)
        raise cannot_write(folder, error) from error
    try:
        yield staging
        made_files = sorted(staging.iterdir())
        for file in made_files:
            if (folder / file.name).is_dir():
                raise FileError(
                    f"{folder / file.name} is a folder: remove or rename it",
                    zh=f"{folder / file.name} 是文件夹：请删除或改名",
                )
        _put_in_place(made_files, folder)
    # GeoPackages are SQLite files; where the disk is full, SQLite says so in its own way
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, FileError):
            raise
        raise cannot_write(folder, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _remove_empty(made)


def _put_in_place(files: list[Path], folder: Path) -> None:
    """Move files into a folder, all of them or, where one cannot be replaced, none."""
    aside = Path(tempfile.mkdtemp(prefix=".older-", dir=folder))
    done: list[Path] = []
    try:
        for file in files:
            target = folder / file.name
            done.append(target)
            try:
                if target.exists():
                    target.replace(aside / target.name)
                file.replace(target)
            except OSError as error:
                raise cannot_write(target, error) from error
    except BaseException:  # a key pressed between two files must not leave half of them either
        for target in done:
            if (aside / target.name).exists():
                (aside / target.name).replace(target)
            elif not (files[0].parent / target.name).exists():
                target.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give a temporary path whose file becomes `path` when the block ends well, and vanishes otherwise.

    Parameters
    ----------
    path
        The file to write; its folder is made where it is missing.

    Raises
    ------
    FileError
        If the folder cannot be made or written, or the disk is full.
    """
    with staged_folder(path.parent) as staging:
        yield staging / path.name


def replace_text(path: Path, text: str) -> None:
    """
    Write a text so that whoever reads the file at any moment finds the older text or this one, whole.

    Parameters
    ----------
    path
        The file; unlike with `whole_file` it is never missing in between, as a page that reloads itself
        needs it.
    text
        Written in UTF-8.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full, or another program keeps the file open.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        temporary.chmod(_usual_mode())
        _replace_patiently(temporary, path)
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        raise cannot_write(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _usual_mode() -> int:
    """Give the rights that a file has which is made as usual; a temporary one is its owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _replace_patiently(temporary: Path, path: Path) -> None:
    """Put a file in another's place; Windows refuses for the moment in which a browser reads that one."""
    for wait_s in (0.02, 0.05, 0.1, 0.2):
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(wait_s)
        else:
            return
    temporary.replace(path)


def _missing_parents(folder: Path) -> list[Path]:
    """Give the folders that writing to `folder` will make, the deepest first."""
    return [parent for parent in (folder, *folder.parents) if not parent.exists()]


def _remove_empty(folders: list[Path]) -> None:
    """Remove those folders that hold nothing, the deepest first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def keep_older(path: Path, *, every: bool = False) -> Path | None:
    """
    Copy a file that is about to be replaced to its name with ``.bak`` behind it.

    Parameters
    ----------
    path
        The file; it may be missing, and a folder is left alone.
    every
        Keep older copies that differ too: the next one is called ``.bak2`` and so on.

    Returns
    -------
    Path or None
        The copy, or None where there was nothing to keep that is not kept already.

    Raises
    ------
    FileError
        If the copy cannot be written.
    """
    if not path.is_file():
        return None
    kept, n = path.with_name(f"{path.name}.bak"), 2
    while every and kept.exists():
        if kept.is_file() and kept.read_bytes() == path.read_bytes():
            return None
        kept, n = path.with_name(f"{path.name}.bak{n}"), n + 1
    with whole_file(kept) as copy:
        shutil.copy2(path, copy)
    return kept


def stamps(folder: Path) -> Stamps:
    """Give the time and size of every study area in a folder, to know later whether one has changed."""
    return {path.name: _stamp(path) for path in folder.glob("*.gpkg")}


def check_unchanged(path: Path, before: Stamps) -> None:
    """
    Refuse to replace a file that somebody else has written meanwhile.

    Parameters
    ----------
    path
        The file; it may be missing.
    before
        What its folder held when the work began.

    Raises
    ------
    FileError
        If it is not what it was.
    """
    if before.get(path.name) != (_stamp(path) if path.exists() else None):
        raise FileError(
            f"{path} was changed by another program or import while this one ran: run it again",
            zh=f"{path} 在本次导入期间被其他程序或另一次导入修改：请重新运行",
        )


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def cannot_write(path: Path, error: Exception) -> FileError:
    """Say in one line that `path` cannot be written, and why."""
    reason, reason_zh = system_reason(error)
    why = f"（{reason_zh}）" if reason_zh else ""
    return FileError(
        f"{path} cannot be written ({reason}): "
        "close the file where it is open, free some space, or choose another folder",
        zh=f"{path} 无法写入{why}：请关闭已打开的文件（如Excel），检查磁盘空间和权限，或换一个文件夹",
    )
