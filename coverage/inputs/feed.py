"""Positions of vehicles as they come in: a file that is written again and again, or lines on stdin."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

from coverage.errors import CoverageError, FileError, system_reason
from coverage.inputs.vehicles import read_vehicles

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
_FRESH_S = 0.1
"""Between two lines of one writing."""
_HEADER = b"id,lon,lat,state,time\n"
_TEXT_ENDINGS = (".csv", ".txt", ".tsv")


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
    lines = sys.stdin.buffer.readlines()
    return _Lines(file, area).take(lines)


def follow(
    file: LayerFile, area: StudyArea, *, every_s: float, stop: Event | None = None
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    """
    Read reports of ambulances' positions whenever there are new ones.

    A file that changes while it is read is read again. A text whose last line has no end may be half
    written: it is read when it has stayed the same from one look to the next.

    Parameters
    ----------
    file
        As `coverage.inputs.vehicles.read_vehicles` takes it; or ``-`` for stdin, with a report a line, below
        a line of headers or in the order id, lon, lat, state, time.
    area
        The county.
    every_s
        Seconds between two looks at the file; lines of stdin that come within them are one picture.
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
        yield from _follow_lines(sys.stdin.buffer, _Lines(file, area), every_s, stop)
    else:
        yield from _follow_file(file, area, every_s, stop)


def _follow_file(
    file: LayerFile, area: StudyArea, every_s: float, stop: Event
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    shown: Look | None = None
    wait_s = min(_SETTLE_S, every_s)
    while not stop.is_set():
        look = _look(file.path)
        if look != shown and _has_settled(file.path, look, wait_s, stop):
            found = _read(file, area)
            if _look(file.path) == look:
                shown = look
                yield found
                wait_s = every_s
                stop.wait(every_s)
            else:  # it was written while it was read
                stop.wait(_FRESH_S)
        elif look == shown:
            stop.wait(every_s)


def _look(path: Path) -> Look:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _has_settled(path: Path, look: Look, wait_s: float, stop: Event) -> bool:
    """Tell whether a file is whole: its last line has an end, or nobody writes any more."""
    is_fresh = not look or abs(time.time_ns() - look[0]) < _FRESH_S * 1e9
    if path.suffix.lower() in _TEXT_ENDINGS and not is_fresh and _ends_its_line(path):
        return True
    stop.wait(wait_s)
    return not stop.is_set() and _look(path) == look


def _ends_its_line(path: Path) -> bool:
    try:
        return path.read_bytes()[-1:] in (b"\n", b"\r")
    except OSError:
        return False


def _read(file: LayerFile, area: StudyArea) -> tuple[VehicleReport, ...] | CoverageError:
    try:
        return read_vehicles(file, area)
    except CoverageError as error:
        return error
    except OSError as error:  # it went away between the look and the reading
        reason, reason_zh = system_reason(error)
        return FileError(f"{file.path}: {reason}", zh=f"{file.path}：{reason_zh or reason}")


def _follow_lines(
    stream: BinaryIO, lines: _Lines, every_s: float, stop: Event
) -> Iterator[tuple[VehicleReport, ...] | CoverageError]:
    queue: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_pump, args=(stream, queue), daemon=True).start()
    is_open = True
    while is_open and not stop.is_set():
        batch = _batch(queue, every_s)
        is_open = b"" not in batch
        batch = [line for line in batch if line.strip()]
        if batch:
            try:
                yield lines.take(batch)
            except CoverageError as error:
                yield error


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
