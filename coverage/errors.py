"""What can go wrong, as one family of exceptions with a line for the planner in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class CoverageError(Exception):
    """
    Root of every error the program raises on purpose.

    Parameters
    ----------
    message
        One line: what is wrong, with which ids, and what to do about it.
    zh
        The same line in Chinese; the English one stands in where it is missing.
    """

    def __init__(self, message: str, *, zh: str | None = None) -> None:
        super().__init__(message)
        self.zh = zh if zh is not None else message

    def line(self, lang: str = "en") -> str:
        """Give the message in `lang` (``zh`` or ``en``) as a single line."""
        return " ".join((self.zh if lang == "zh" else str(self)).split())


class StandardError(CoverageError, ValueError):
    """A limit, share, clock or profile that no promise can have."""


class StudyAreaError(CoverageError, ValueError):
    """A study area whose tables contradict themselves or each other."""


class CrsError(StudyAreaError):
    """Coordinates without a known reference system, or in one that cannot be used."""


class CountyError(CoverageError, LookupError):
    """No study area goes by that name."""


class FileError(CoverageError, OSError):
    """A file that is missing, unreadable, not what its name says, or cannot be written."""


class DownloadError(CoverageError, OSError):
    """A place or map data that a server did not give, or an answer of it that cannot be used."""


class SourceError(CoverageError, ValueError):
    """An extract or table that cannot become a study area."""


class SpeedError(CoverageError, ValueError):
    """A speed table or driving condition that makes no sense."""


class NetworkError(CoverageError, ValueError):
    """A road network without what the search needs."""


class AssessmentError(CoverageError, ValueError):
    """A question the data at hand cannot answer."""


class TilesError(CoverageError, ValueError):
    """Background tiles that no map can show."""


def name_some(ids: Iterable[object], limit: int = 5) -> str:
    """
    Name the first few of many ids and count them all.

    Parameters
    ----------
    ids
        Anything with a readable text form.
    limit
        How many are named.

    Returns
    -------
    str
        For example ``"a, b, c, d, e … (12)"``; without the count where all are named.
    """
    every = [str(i) for i in ids]
    shown = ", ".join(every[:limit])
    return shown if len(every) <= limit else f"{shown} … ({len(every)})"
