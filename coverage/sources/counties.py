"""Which study areas exist, and under which names and codes."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coverage.errors import CountyError, FileError, name_some
from coverage.geopackage import Header, read_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coverage.study_area import County

# 临湘 is what people say; 临湘市 is what the list has
_SUFFIXES = ("自治县", "自治旗", "林区", "特区", "市", "县", "区", "旗")
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Entry:
    """
    A file among the study areas.

    Parameters
    ----------
    path
        The file.
    header
        What it says of itself; None where it cannot be read.
    problem
        Why it cannot be read; None where it can.
    """

    path: Path
    header: Header | None
    problem: FileError | None = None


def own_folder() -> Path:
    """Give the folder of the study areas that come with the program."""
    installed = _PACKAGE / "boundaries"
    return installed if installed.is_dir() else _PACKAGE.parent / "data" / "boundaries"


def search_folders(data: Path | None = None) -> tuple[Path, ...]:
    """
    Give the folders to look in, in this order: `data`, ``./data/boundaries``, the program's own.

    Raises
    ------
    CountyError
        If `data` is given and is no folder.
    """
    if data is not None and not data.is_dir():
        raise CountyError(
            f"--data {data} is not a folder: give the folder that holds the .gpkg files",
            zh=f"--data {data} 不是文件夹：请给出存放 .gpkg 文件的文件夹",
        )
    folders = [Path("data/boundaries"), own_folder()]
    if data is not None:
        folders.insert(0, data)
    unique = {folder.resolve(): folder for folder in reversed(folders) if folder.is_dir()}
    return tuple(reversed(unique.values()))


def list_counties(folders: Iterable[Path]) -> tuple[Entry, ...]:
    """
    List the study areas in some folders; where two have the same file name, the first folder's counts.

    Parameters
    ----------
    folders
        In the order of precedence.
    """
    entries: dict[str, Entry] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.gpkg")):
            if path.stem not in entries and path.is_file():
                entries[path.stem] = _read_entry(path)
    return tuple(entries.values())


def find_county(name: str, folders: Sequence[Path]) -> Path:
    """
    Find the study area a planner means.

    Parameters
    ----------
    name
        File name without its ending, Chinese name with or without 市 or 县, English name in any case, or
        six-digit code.
    folders
        In the order of precedence.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CountyError
        If nothing, or more than one file, goes by that name.
    FileError
        If the file of that name cannot be read.
    """
    entries = list_counties(folders)
    wanted = _plain(name)
    exact = [entry for entry in entries if _plain(entry.path.stem) == wanted]
    found = exact or [e for e in entries if e.header is not None and wanted in _names(e.header.county)]
    if len(found) > 1:
        stems = name_some(e.path.stem for e in found)
        raise CountyError(
            f"more than one study area is called {name}: say which, {stems}",
            zh=f"名为 {name} 的研究区不止一个，请用文件名指明：{stems}",
        )
    if not found:
        raise _miss(name, entries, folders)
    if found[0].problem is not None:
        raise found[0].problem
    return found[0].path


def _read_entry(path: Path) -> Entry:
    try:
        return Entry(path, read_header(path))
    except FileError as error:
        return Entry(path, None, error)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _names(county: County) -> set[str]:
    names = {county.stem, county.name, county.name_en, county.code}
    for suffix in _SUFFIXES:
        if county.name.endswith(suffix) and len(county.name) > len(suffix) + 1:
            names.add(county.name.removesuffix(suffix))
            break
    return {_plain(n) for n in names if n}


def _miss(name: str, entries: Sequence[Entry], folders: Sequence[Path]) -> CountyError:
    if not entries:
        places = name_some(folders)
        return CountyError(
            f"no study area called {name}: there is none in {places}; make one with coverage import",
            zh=f"没有名为 {name} 的研究区：{places} 中没有任何研究区，请先用 coverage import 生成",
        )
    by_name = {
        n: e for e in entries for n in (_names(e.header.county) if e.header else {_plain(e.path.stem)})
    }
    near = difflib.get_close_matches(_plain(name), by_name, n=1, cutoff=0.5)
    there = name_some((_label(e) for e in entries), limit=10)
    there_zh = name_some((_label(e).replace(" (", "（").replace(")", "）") for e in entries), 10, mark="、")
    hint, hint_zh = ".", "。"
    if near:
        stem = by_name[near[0]].path.stem
        hint, hint_zh = f"; did you mean {stem}?", f"，是否指 {stem}？"
    return CountyError(
        f"no study area called {name}{hint} There is {there}",
        zh=f"没有名为 {name} 的研究区{hint_zh}现有 {there_zh}",
    )


def _label(entry: Entry) -> str:
    if entry.header is None:
        return entry.path.stem
    county = entry.header.county
    details = " ".join(text for text in (county.name, county.code) if text and text != entry.path.stem)
    return f"{entry.path.stem} ({details})" if details else entry.path.stem
