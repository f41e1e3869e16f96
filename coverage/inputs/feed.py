"""Positions of vehicles as they come in: a file that is written again and again, or lines on stdin."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

from coverage.errors import CoverageError, FileError, SourceError, system_reason
from coverage.inputs.vehicles import no_vehicle, read_vehicles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from coverage.dispatch.units import VehicleReport
    from coverage.sources.layer_file import LayerFile
    from coverage.study_area import StudyArea

    Look = tuple[int, ...]
    """What tells whether a file has changed: time of writing, length, place on the disk."""

_SETTLE_S = 0.25
"""Whoever writes a file goes on within this time, or has ended."""
_DOUBT_S = 3.0
"""A file that looks cut has to stay as it is for this long: its writer may wait for a disk or a network."""
_PATIENCE_S = 10.0
"""One that goes on changing is taken as it is after this time, however it looks."""
_FRESH_S = 0.1
"""Between two lines of one writing."""
_HEADER = b"id,lon,lat,state,time\n"
_TEXT_ENDINGS = (".csv", ".txt", ".tsv")
_LINE_ENDS = (b"\n", b"\r")


def is_stdin(file: LayerFile) -> bool:
    """Tell whether a file is ``-``: what is written to the program while it runs."""
    return str(file.path).partition("@")[0] == "-"


def read_once(file: LayerFile, area: StudyArea) -> tuple[VehicleReport, ...]:
    """
    Read reports of ambulances' positions once, stdin up to its end.

    Parameters
    ----------
    file
        As `coverage.inputs.vehicles.read_vehicles` takes it; or ``-``, with a report a line.
    area
        The county.

    Raises
    ------
    FileError, SourceError, CrsError
        As `coverage.inputs.vehicles.read_vehicles`.
    """
    if not is_stdin(file):
        return read_vehicles(file, area)
    found = _Lines(file, area).take(sys.stdin.buffer.readlines())
    if not found:
        raise no_vehicle(file.name)
    return found


def follow(
    file: LayerFile,
    area: StudyArea,
    *,
    every_s: float,
    again_s: float = math.inf,
    stop: Event | None = None,
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    """
    Read reports of ambulances' positions whenever there are new ones, and tell the last ones again.

    A file that changes while it is read is read again. One that looks half written (a last line without an
    end, a last row that is too short, no row at all, most vehicles gone at once) is looked at for some
    seconds before it is believed; a row that is cut and a file without rows are errors even then.

    Parameters
    ----------
    file
        As `coverage.inputs.vehicles.read_vehicles` takes it; or ``-`` for stdin, with a report a line, below
        a line of headers or in the order id, lon, lat, state, time.
    area
        The county.
    every_s
        Seconds between two looks at the file; lines of stdin that come within them are one picture.
    again_s
        After how many seconds without a change the same is told again: positions grow old all the while.
    stop
        Ends the following when it is set.

    Yields
    ------
    tuple of VehicleReport, or CoverageError
        What the file says now, or why that cannot be told: a file that is missing or half written is no end.
        Of stdin the latest report of every vehicle.
    """
    stop = stop or Event()
    if is_stdin(file):
        yield from _follow_lines(sys.stdin.buffer, _Lines(file, area), every_s, again_s, stop)
    else:
        yield from _follow_file(file, area, every_s, again_s, stop)


def _follow_file(
    file: LayerFile, area: StudyArea, every_s: float, again_s: float, stop: Event
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    watched = _Watched(file, area, every_s)
    told: tuple[VehicleReport, ...] | CoverageError | None = None
    told_at_s = -math.inf
    while not stop.is_set():
        found, wait_s = watched.look(stop)
        if found is None and told is not None and time.monotonic() - told_at_s >= again_s:
            found = told
        if found is None:
            stop.wait(wait_s)
            continue
        told, told_at_s = found, time.monotonic()
        yield found
        stop.wait(wait_s)


class _Watched:
    """A file that somebody else writes, and what is known of how far they are."""

    def __init__(self, file: LayerFile, area: StudyArea, every_s: float) -> None:
        self.file, self.area, self.every_s = file, area, every_s
        self.shown: Look | None = None
        self.n_rows = 0
        """Of the last whole picture."""
        self.ends_lines = True
        """Whether the last line of that picture had an end; some programs never write one."""
        self.doubted: Look | None = None
        self.doubted_at_s = self.first_doubted_at_s = math.inf
        """Since when the file has looked cut, as it is now and at all."""

    def look(self, stop: Event) -> tuple[tuple[VehicleReport, ...] | CoverageError | None, float]:
        """Give what is new, None where nothing is yet, and how long to wait for the next look."""
        look = _look(self.file.path)
        wait_s = min(_SETTLE_S, self.every_s)
        if look == self.shown:
            return None, self.every_s
        if not _has_settled(self.file.path, look, wait_s, stop):
            return None, 0.0
        is_text = self.file.path.suffix.lower() in _TEXT_ENDINGS
        content = _content(self.file.path) if is_text else b""
        n_rows = _n_rows(content)
        # most of a fleet does not go at once: a writer that stopped between two lines leaves such a file
        is_doubtful = is_text and look != () and (self._looks_cut(content) or 2 * n_rows < self.n_rows)
        if is_doubtful and not self._has_been_doubted(look):
            return None, wait_s
        cut = _cut_row(self.file.path, content) if is_doubtful else None
        found = cut or _read(self.file, self.area)
        if _look(self.file.path) != look:  # it was written while it was read
            return None, _FRESH_S
        self.shown, self.doubted = look, None
        self.doubted_at_s = self.first_doubted_at_s = math.inf
        if not isinstance(found, CoverageError):
            self.n_rows, self.ends_lines = n_rows, content[-1:] in _LINE_ENDS
        return found, self.every_s

    def _looks_cut(self, content: bytes) -> bool:
        """Tell whether a text may be half written."""
        has_end = content[-1:] in _LINE_ENDS
        return (self.ends_lines and not has_end) or not _n_rows(content) or _is_short(content)

    def _has_been_doubted(self, look: Look) -> bool:
        """Tell whether the file has looked cut for so long that it is no use to wait."""
        now_s = time.monotonic()
        if look != self.doubted:
            self.doubted, self.doubted_at_s = look, now_s
        self.first_doubted_at_s = min(self.first_doubted_at_s, now_s)
        return now_s - self.doubted_at_s >= _DOUBT_S or now_s - self.first_doubted_at_s >= _PATIENCE_S


def _look(path: Path) -> Look:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _has_settled(path: Path, look: Look, wait_s: float, stop: Event) -> bool:
    """Tell whether nobody writes a file any more; one whose last line has an end was not just written to."""
    is_fresh = not look or abs(time.time_ns() - look[0]) < _FRESH_S * 1e9
    if path.suffix.lower() in _TEXT_ENDINGS and not is_fresh and _content(path)[-1:] in _LINE_ENDS:
        return True
    stop.wait(wait_s)
    return not stop.is_set() and _look(path) == look


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes().replace(b"\0", b"")  # the bytes of UTF-16 that say nothing
    except OSError:
        return b""


def _rows(content: bytes) -> list[bytes]:
    return [line for line in content.splitlines() if line.strip(b" ,;\t")]


def _n_rows(content: bytes) -> int:
    return max(len(_rows(content)) - 1, 0)


def _n_cells(line: bytes, mark: bytes) -> int:
    """Count cells; marks between quotes are none."""
    return sum(part.count(mark) for part in line.split(b'"')[::2]) + 1


def _is_short(content: bytes) -> bool:
    """Tell whether the last row has fewer cells than the header."""
    rows = _rows(content)
    mark = max((b",", b";", b"\t"), key=rows[0].count) if rows else b","
    return len(rows) > 1 and _n_cells(rows[-1], mark) < _n_cells(rows[0], mark)


def _cut_row(path: Path, content: bytes) -> SourceError | None:
    """Refuse a text that ends within a row: what is left of the row may pass for another number."""
    if content[-1:] in _LINE_ENDS or not _is_short(content):
        return None
    n = len(content.splitlines())
    return SourceError(
        f"{path}: it ends within row {n}: its writer has not come to the end; write it again",
        zh=f"{path}：文件在第{n}行中间断开，尚未写完：请重新写入",
    )


def _read(file: LayerFile, area: StudyArea) -> tuple[VehicleReport, ...] | CoverageError:
    try:
        return read_vehicles(file, area)
    except CoverageError as error:
        return error
    except OSError as error:  # it went away between the look and the reading
        reason, reason_zh = system_reason(error)
        return FileError(f"{file.path}: {reason}", zh=f"{file.path}：{reason_zh or reason}")


def _follow_lines(
    stream: BinaryIO, lines: _Lines, every_s: float, again_s: float, stop: Event
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    queue: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_pump, args=(stream, queue), daemon=True).start()
    is_open = True
    told: tuple[VehicleReport, ...] | CoverageError | None = None
    told_at_s = -math.inf
    while is_open and not stop.is_set():
        batch = _batch(queue, every_s)
        is_open = b"" not in batch
        batch = [line for line in batch if line.strip()]
        if batch:
            told = lines.try_to_take(batch) or told  # headers alone tell nothing new
        elif told is None or time.monotonic() - told_at_s < again_s:
            continue
        if told is not None:
            told_at_s = time.monotonic()
            yield told


def _pump(stream: BinaryIO, queue: SimpleQueue[bytes]) -> None:
    """Hand lines on as they come; an empty one at the end."""
    for line in stream:
        queue.put(line)
    queue.put(b"")


def _batch(queue: SimpleQueue[bytes], every_s: float) -> list[bytes]:
    """Take what comes within some seconds."""
    batch: list[bytes] = []
    end = time.monotonic() + every_s
    while (left_s := end - time.monotonic()) > 0 and b"" not in batch[-1:]:
        try:
            batch.append(queue.get(timeout=left_s))
        except Empty:
            break
    return batch


@dataclass
class _Lines:
    """
    Reports that came in line by line, the latest of every vehicle.

    Parameters
    ----------
    file
        Says the coordinate system and the columns.
    area
        The county.
    """

    file: LayerFile
    area: StudyArea
    header: bytes = b""
    n_read: int = 0

    def __post_init__(self) -> None:
        self.latest: dict[str, VehicleReport] = {}

    def try_to_take(self, lines: list[bytes]) -> tuple[VehicleReport, ...] | CoverageError:
        """Read some more lines, and give all that is known now, or what is wrong with them."""
        try:
            return self.take(lines)
        except CoverageError as error:
            return error

    def take(self, lines: list[bytes]) -> tuple[VehicleReport, ...]:
        """Read some more lines, and give all that is known now."""
        if not self.header and lines:
            first = lines[0].removeprefix(b"\xef\xbb\xbf")
            self.header, lines = (_HEADER, lines) if _is_report(first) else (first, lines[1:])
            self.n_read = 0 if self.header is _HEADER else 1
        start, self.n_read = self.n_read, self.n_read + len(lines)
        if not lines:
            return tuple(self.latest.values())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stdin.csv"
            path.write_bytes(b"".join([self.header, *lines]))
            system = str(self.file.path).partition("@")[2]
            own = replace(self.file, path=path, sheet="", crs=self.file.crs or system)
            # the header is row 1 of what was written
            reports = [replace(r, row=r.row - 1 + start) for r in read_vehicles(own, self.area)]
        nameless = [report for report in reports if not report.id]
        self.latest.update({report.id: report for report in reports if report.id})
        return (*self.latest.values(), *nameless)


def _is_report(line: bytes) -> bool:
    """Tell a report from a line of headers: its second and third cell are degrees."""
    cells = line.split(b",")
    try:
        return len(cells) > 2 and all(abs(float(cell)) <= 180 for cell in cells[1:3])  # noqa: PLR2004
    except ValueError:
        return False
