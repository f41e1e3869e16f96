"""How far a search for sites is, as a line on stderr that is rewritten in place."""

from __future__ import annotations

import math
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from coverage.siting.plan import relative_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage.reports.wording import Lang
    from coverage.siting.plan import Progress

_AFTER_S = 1.0
"""A search that is over sooner says nothing."""
_EVERY_S = {True: 0.2, False: 10.0}
"""How often a line is written on a terminal, and into a file."""
_CLEAR = "\r\x1b[K"


@contextmanager
def search_line(lang: Lang, *, quiet: bool) -> Iterator[Progress | None]:
    """
    Give something to tell how far a search is; the line goes when the block ends.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    quiet
        Whether nothing is to be said.
    """
    if quiet:
        yield None
        return
    line = _SearchLine(lang)
    try:
        yield line
    finally:
        line.clear()


class _SearchLine:
    def __init__(self, lang: Lang) -> None:
        self._lang, self._on_terminal = lang, sys.stderr.isatty()
        self._written = -math.inf
        self._is_shown = False

    def __call__(self, *, bound: float, best: float, seconds: float) -> None:
        now = time.monotonic()
        if seconds < _AFTER_S or now - self._written < _EVERY_S[self._on_terminal]:
            return
        self._written = now
        text = search_text(bound, best, seconds, self._lang)
        if self._on_terminal:
            sys.stderr.write(f"{_CLEAR}{text}")
            self._is_shown = True
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._is_shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def search_text(bound: float, best: float, seconds: float, lang: Lang) -> str:
    """
    Say how far a search is.

    Parameters
    ----------
    bound, best, seconds
        As in `coverage.siting.plan.Progress`.
    lang
        ``zh`` or ``en``.
    """
    gap = relative_gap(best, bound) if math.isfinite(best) and math.isfinite(bound) else math.inf
    parts = [
        f"{seconds:.0f}{'秒' if lang == 'zh' else ' s'}",
        ("最好 {}" if lang == "zh" else "best {}").format(_figure(best)),
        ("界限 {}" if lang == "zh" else "bound {}").format(_figure(bound)),
        ("差距 {}" if lang == "zh" else "gap {}").format(f"{gap * 100:.2f}%" if math.isfinite(gap) else "—"),
    ]
    start, mark = ("求解：", "，") if lang == "zh" else ("solving: ", ", ")
    end = "（按 Ctrl-C 取当前最好方案）" if lang == "zh" else " (Ctrl-C takes the best so far)"
    return f"{start}{mark.join(parts)}{end}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "—"
