"""Runs the command on a wrong input in a folder of its own, and gives all that came of it."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import openpyxl
import osmnx
import pyproj.database

import cli
from builders import toy_area
from coverage import geopackage
from coverage.geopackage import write_study_area
from osm_xml import small_county
from overpass_server import UTM_ZONES, MapData, MapServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Maker = bytes | Callable[[Path], Any]

AREAS = Path("data/boundaries")
# answers come from another port of this computer each time; the pages call it so
SERVER = "127.0.0.1:8080"


@dataclass(frozen=True)
class Case:
    """
    One wrong input.

    Parameters
    ----------
    id
        Stable word.
    zh, en
        What is wrong.
    arguments
        Of the command; ``{server}`` stands for the address of a server.
    files
        What is in the folder, besides the study area ``toy``: by name, contents or what writes them.
    row
        Number of the rejected row; None where the command fails as a whole.
    note
        Code of the note that is all there is; empty where the command fails or rejects.
    without
        Package that is not installed.
    fault
        What the server does in place of a good answer; None where no server is asked.
    """

    id: str
    zh: str
    en: str
    arguments: tuple[str, ...]
    files: Mapping[str, Maker] = field(default_factory=dict)
    row: int | None = None
    note: str = ""
    without: str = ""
    fault: Callable[..., None] | None = None


@dataclass(frozen=True)
class Outcome:
    """
    What came of a command.

    Parameters
    ----------
    code
        Exit code.
    out, err
        What it printed.
    rejects
        Reason and text of every row in the workbook of rejected rows, by the row's number.
    notes
        Texts by code.
    before, after
        Hash of every file in the folder, empty for folders.
    """

    code: int
    out: str
    err: str
    rejects: Mapping[int, tuple[str, str]]
    notes: Mapping[str, str]
    before: Mapping[str, str]
    after: Mapping[str, str]


class Bench:
    """Runs each command once in each language, in a folder of its own below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._outcomes: dict[tuple[object, ...], Outcome] = {}
        self._read = cache(geopackage.read_study_area)
        (root / "start" / AREAS).mkdir(parents=True)
        write_study_area(toy_area(), root / "start" / AREAS / "toy.gpkg")
        self._map_data = MapData(small_county().write(root / "served.osm"))

    def run(self, case: Case, lang: str) -> Outcome:
        """Run a case; cases of one command are run once."""
        key = (case.arguments, id(case.files), lang)
        if key not in self._outcomes:
            self._outcomes[key] = self._run(case, lang, Path(tempfile.mkdtemp(dir=self.root)) / "in")
        return self._outcomes[key]

    def line(self, case: Case, lang: str) -> tuple[str, ...]:
        """Give the line that a case gets, and before that of a row the reason it is counted under."""
        outcome = self.run(case, lang)
        if case.row is not None:
            return outcome.rejects.get(case.row, ("?", "?"))
        if case.note:
            return (outcome.notes.get(case.note, "?"),)
        return (outcome.err.strip().removeprefix(PREFIXES[lang]).strip(),)

    def _run(self, case: Case, lang: str, folder: Path) -> Outcome:
        shutil.copytree(self.root / "start", folder)
        for name, content in case.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                content(path)
        before = _files(folder)
        notes: dict[str, str] = {}
        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            arguments = list(case.arguments)
            host = ""
            if case.fault is not None:
                server = stack.enter_context(MapServer(self._map_data))
                for page in ("search", "interpreter"):
                    server.faults[page] = iter([case.fault] * 9)
                host = server.url.removeprefix("http://")
                arguments = [text.replace("{server}", server.url) for text in arguments]
            stack.enter_context(contextlib.chdir(folder))
            stack.enter_context(mock.patch.dict(os.environ, {"LC_ALL": _LOCALES[lang]}))
            stack.enter_context(mock.patch.object(geopackage, "read_study_area", self._read_once))
            # both take their time and change nothing: the list of zones, and OSMnx's pause between questions
            stack.enter_context(mock.patch.object(pyproj.database, "query_utm_crs_info", UTM_ZONES))
            stack.enter_context(mock.patch.object(osmnx._nominatim, "time"))
            stack.enter_context(mock.patch.object(cli, "_store", _noting(notes, lang)))
            if case.note:
                # what is written is not looked at, and the disk takes most of the time
                written = mock.patch.object(geopackage, "write_study_area", lambda _, path: path.touch())
                stack.enter_context(written)
            if case.without:
                stack.enter_context(mock.patch.dict(sys.modules, {case.without: None}))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            code = cli.run(arguments)
        printed = err.getvalue().replace(host, SERVER) if host else err.getvalue()
        after = _files(folder)
        outcome = Outcome(code, out.getvalue(), printed, _rejects(folder), notes, before, after)
        shutil.rmtree(folder)
        return outcome

    def _read_once(self, path: Path) -> Any:
        """Read a study area; the one that all start with once only, since it takes most of the time."""
        start = self.root / "start" / AREAS / "toy.gpkg"
        return self._read(start if path.read_bytes() == start.read_bytes() else path.resolve())


PREFIXES = {"zh": "错误：", "en": "error:"}
_LOCALES = {"zh": "zh_CN.UTF-8", "en": "C.UTF-8"}


def _noting(notes: dict[str, str], lang: str) -> Callable[..., int]:
    """Wrap the end of an import, to learn which line is which note."""
    store = cli._store

    def wrapped(imported: Any, *arguments: Any, **options: Any) -> int:
        notes.update({note.code: note.text(lang) for note in imported.notes})
        return store(imported, *arguments, **options)

    return wrapped


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def _rejects(folder: Path) -> dict[int, tuple[str, str]]:
    books = list(folder.rglob("*.rejected.xlsx"))
    if not books:
        return {}
    rows = openpyxl.load_workbook(books[0]).active.iter_rows(min_row=2, max_col=5, values_only=True)
    return {int(number): (str(reason), str(text)) for _, number, _, reason, text in rows}


def text_table(*rows: tuple[object, ...], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Give rows as the bytes of a text file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(*rows: tuple[object, ...], sheet: str = "急救站", merges: tuple[str, ...] = ()) -> Maker:
    """Give what writes a workbook of one sheet."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        page.title = sheet
        for row in rows:
            page.append(row)
        for span in merges:
            page.merge_cells(span)
        book.save(path)

    return write
