"""Pages and pictures set by Typst: fonts that show every character, the same bytes for the same words."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import typst

from coverage.errors import FontError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from coverage.reports.wording import Lang

PPI = 300
GETA = "〓"
"""Stands where no font has the character: what printers set for a type they lack."""

_CJK_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "DengXian",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "NSimSun",
    "Songti SC",
)
_LATIN_FAMILIES = ("Noto Sans", "Source Sans 3", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans")
_USUAL_HAN = "中国急救镇"
_PROBE = """#set document(title: "probe", date: datetime(year: 2000, month: 1, day: 1))
#set text(font: json(bytes(sys.inputs.families)), lang: "zh", region: "cn")
#sys.inputs.text"""
_MAX_CODES = 6
_SPECIAL = frozenset("\n\t ")


@cache
def installed_fonts() -> typst.Fonts:
    """Look once what fonts there are: the system's, and those that Typst brings."""
    return typst.Fonts()


def has_cjk(texts: Iterable[str]) -> bool:
    """Tell whether a Chinese character or mark occurs."""
    return any(unicodedata.east_asian_width(char) in "WF" for text in texts for char in text)


@cache
def cjk_family() -> str | None:
    """Give the family for Chinese: the first known one that has it, else any that has; None without any."""
    installed = installed_fonts().families()
    known = [family for family in _CJK_FAMILIES if family in installed]
    others = [family for family in installed if family not in known]
    return next(
        (family for family in [*known, *others] if _shows(_USUAL_HAN, (family,), fallback=False)), None
    )


def need_cjk_font(texts: Iterable[str]) -> None:
    """
    Refuse early what could only be printed as boxes.

    Parameters
    ----------
    texts
        What is to be printed.

    Raises
    ------
    FontError
        If there is Chinese among the texts, and no font of this computer has it.
    """
    if has_cjk(texts) and cjk_family() is None:
        raise FontError(
            "no font for Chinese on this computer: on Debian or Ubuntu install the package fonts-noto-cjk, "
            "on Windows the Chinese (Simplified) supplemental fonts, and run it again",
            zh="本机没有中文字体：Debian、Ubuntu 请安装软件包 fonts-noto-cjk，Windows 请在“可选功能”中安装"
            "“简体中文补充字体”（含微软雅黑、黑体），然后重新运行",
        )


def families(lang: Lang) -> tuple[str, ...]:
    """Give the font families for a language, the best first; a character that none has falls to any other."""
    installed = frozenset(installed_fonts().families())
    latin = tuple(family for family in _LATIN_FAMILIES if family in installed)[:1]
    cjk = tuple(family for family in (cjk_family(),) if family is not None)
    return (*cjk, *latin) if lang == "zh" else (*latin, *cjk)


def typeset(
    template: str,
    data: Mapping[str, Any],
    form: Literal["pdf", "png"],
    *,
    lang: Lang,
    attached: Mapping[str, str] | None = None,
) -> bytes:
    """
    Set a template's page or pages with texts and pictures.

    Parameters
    ----------
    template
        Name of a file among the reports' assets.
    data
        What JSON can say; every text of it is printed as it is, never read as markup. SVG documents are
        texts too.
    form
        ``pdf``, or ``png`` for a single page at `PPI`.
    lang
        ``zh`` or ``en``.
    attached
        Texts that a PDF carries as files, by name.

    Returns
    -------
    bytes
        The file; the same data and fonts give the same bytes. A character that no font has stands as
        `GETA`, and the template gets their codes as ``missing``.

    Raises
    ------
    FontError
        As `need_cjk_font`.
    """
    compiler = typst.Compiler(
        input=template_source(template),
        font_paths=installed_fonts(),
        sys_inputs={
            "data": json.dumps(printable(data, lang), ensure_ascii=False, allow_nan=False),
            "attached": json.dumps(dict(attached or {}), ensure_ascii=False),
        },
    )
    made = compiler.compile(format=form, ppi=PPI)
    if not isinstance(made, bytes):
        raise TypeError(f"{template} has more than the one page that a picture can be")
    return made


def template_source(template: str) -> bytes:
    """Give a template behind what all of them share."""
    assets = resources.files("coverage.reports") / "assets"
    return b"\n".join((assets / name).read_bytes() for name in ("base.typ", template))


def printable(data: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """
    Give data as a template gets it: without what no font shows, and with the fonts to be used.

    Raises
    ------
    FontError
        As `need_cjk_font`.
    """
    texts = list(_texts(data))
    need_cjk_font(texts)
    wanted = families(lang)
    chars = {char for text in texts for char in text}
    unseen = {char for char in chars if _is_invisible(char)}
    lost = missing_characters(chars - unseen, wanted)
    mark = GETA if _shows(GETA, wanted) else "?"
    table = {**dict.fromkeys(map(ord, unseen)), **dict.fromkeys(map(ord, lost), mark)}
    words = _translated(data, table) if table else dict(data)
    return {**words, "families": wanted, "lang": lang, "missing": _codes(lost)}


def missing_characters(chars: Iterable[str], wanted: Sequence[str]) -> set[str]:
    """
    Find the characters that no font of this computer has.

    Parameters
    ----------
    chars
        Single characters.
    wanted
        Font families that are asked first.

    Notes
    -----
    Asked of Typst itself, by halves: PDF/A forbids a glyph that is not there.
    """
    every = sorted(set(chars) - _SPECIAL)
    if not every or _shows(" ".join(every), tuple(wanted)):
        return set()
    if len(every) == 1:
        return set(every)
    half = len(every) // 2
    return missing_characters(every[:half], wanted) | missing_characters(every[half:], wanted)


def _shows(text: str, wanted: Sequence[str], *, fallback: bool = True) -> bool:
    """Tell whether every character of a text has a glyph."""
    source = _PROBE if fallback else f"#set text(fallback: false)\n{_PROBE}"
    compiler = typst.Compiler(
        input=source.encode(),
        font_paths=installed_fonts(),
        sys_inputs={"text": text, "families": json.dumps(list(wanted) or ["Libertinus Serif"])},
    )
    try:
        compiler.compile(format="pdf", pdf_standards="a-2u")
    except typst.TypstError as error:
        if "could not be displayed" in error.message:
            return False
        raise
    return True


def _is_invisible(char: str) -> bool:
    """Tell whether a character only steers others: joiners, directions, variants."""
    return char not in _SPECIAL and (
        unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f"
    )


def _texts(data: Any) -> Iterable[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


def _codes(chars: Iterable[str]) -> list[str]:
    """Give characters by their codes, not too many of them."""
    codes = [f"U+{ord(char):04X}" for char in sorted(chars)]
    return codes if len(codes) <= _MAX_CODES else [*codes[:_MAX_CODES], f"… ({len(codes)})"]


def _translated(data: Any, table: Mapping[int, str | None]) -> Any:
    if isinstance(data, str):
        return data.translate(table)
    if isinstance(data, dict):
        return {key: _translated(value, table) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_translated(value, table) for value in data]
    return data
