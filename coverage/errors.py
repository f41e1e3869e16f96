"""What can go wrong, as one family of exceptions with a line for the planner in each."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SYSTEM_ZH = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOENT: "文件或文件夹不存在",
    errno.EEXIST: "已有同名文件",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EISDIR: "是文件夹",
    errno.ENAMETOOLONG: "名称过长",
    errno.ENOSPC: "磁盘空间不足",
    errno.EROFS: "磁盘只读",
    errno.EBUSY: "正被其他程序占用",
    errno.ECONNREFUSED: "对方拒绝连接",
    errno.ECONNRESET: "连接被对方中断",
    errno.ENETUNREACH: "网络不通",
    errno.EHOSTUNREACH: "找不到对方主机",
    errno.ETIMEDOUT: "连接超时",
}


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


class SitingError(CoverageError, ValueError):
    """A siting question that has no answer, or figures no siting model can have."""


class UnreachableError(SitingError):
    """
    A siting question that has no answer because no candidate site reaches some demand points.

    Parameters
    ----------
    message, zh
        As of `CoverageError`.
    points
        Numbers of the demand points, so that who knows their names can say them.
    """

    def __init__(self, message: str, *, zh: str | None = None, points: Iterable[int] = ()) -> None:
        super().__init__(message, zh=zh)
        self.points = tuple(int(i) for i in points)


class OptionError(CoverageError, ValueError):
    """
    An option that does not fit its county, or a file that is no option.

    Parameters
    ----------
    message, zh
        As of `CoverageError`.
    place
        Where in an option it stands, for whoever knows the file: ``("open", 2, "lon")`` is the longitude of
        the third that opens, ``("standard", "urban_min")`` a key of a table; empty where it is nowhere in
        particular.
    """

    def __init__(self, message: str, *, zh: str | None = None, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, zh=zh)
        self.place = tuple(place)


class DispatchError(CoverageError, ValueError):
    """A call cannot be answered as asked."""


class SimulationError(CoverageError, ValueError):
    """A year cannot be played as asked."""


class CalibrationError(CoverageError, ValueError):
    """Speeds cannot be told from the trips."""


class FontError(CoverageError, LookupError):
    """No font of this computer has the characters that are to be printed."""


class TilesError(CoverageError, ValueError):
    """Background tiles that no map can show."""


def system_reason(error: BaseException) -> tuple[str, str]:
    """
    Say what the operating system says of a fault.

    Parameters
    ----------
    error
        An `OSError`, or anything else.

    Returns
    -------
    tuple of str
        In English and in Chinese; empty in Chinese where there are no words for it.
    """
    number = error.errno if isinstance(error, OSError) else None
    reason = getattr(error, "strerror", None) or str(error)
    return reason, _SYSTEM_ZH.get(number, "") if number is not None else ""


def name_some(ids: Iterable[object], limit: int = 5, *, mark: str = ", ") -> str:
    """
    Name the first few of many ids and count them all.

    Parameters
    ----------
    ids
        Anything with a readable text form.
    limit
        How many are named.
    mark
        Between them; ``、`` in Chinese.

    Returns
    -------
    str
        For example ``"a, b, c, d, e … (12)"``; without the count where all are named.
    """
    every = [str(i) for i in ids]
    shown = mark.join(every[:limit])
    return shown if len(every) <= limit else f"{shown} … ({len(every)})"
