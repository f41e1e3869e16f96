"""An option file: its text, and the line on which everything in it stands."""

from __future__ import annotations

import re
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coverage.errors import FileError, OptionError, system_reason
from coverage.options.toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from coverage.option import Option
    from coverage.options.toml_lines import Place

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FULL_WIDTH = re.compile("[“”‘’＝，［］【】｛｝：＃]")
_KEY_VALUE = (
    "write key = value, or the name of a table in brackets, in English letters",
    "应写成 名称 = 值，或方括号中的英文表名",
)
_TWICE = (
    "this table stands in the file twice; those that may have two brackets: [[open]]",
    "该表出现两次；可以重复的表要用双方括号，例如 [[open]]",
)
# what a planner can do about what tomllib says, by how it begins
_ADVICE = (
    ("Unterminated string", "a closing quote is missing", "引号没有成对"),
    ("Illegal character", "a closing quote is missing, or a mark does not belong here",
     "引号没有成对，或有不允许的字符"),
    ("Unescaped '\\'", "write \\\\ for a backslash, or use single quotes", "反斜杠请写成 \\\\，或改用单引号"),
    ("Cannot overwrite", "this name stands in the file twice", "同一名称出现两次"),
    ("Cannot declare", *_TWICE),
    ("Cannot mutate", *_TWICE),
    ("Invalid value", 'text needs quotes, as in name = "South"; numbers need none',
     '文字要加英文引号，例如 name = "南部"；数字不加'),
    ("Expected newline or end of document", "one key = value a line; text needs quotes",
     "每行只写一项；文字要加英文引号"),
    ("Expected '='", *_KEY_VALUE),
    ("Invalid statement", *_KEY_VALUE),
    ("Invalid initial character for a key", *_KEY_VALUE),
    ("Unclosed array", "a closing bracket ] is missing", "缺少右方括号 ]"),
    ("Expected ']", "brackets do not match: write [[open]] or [standard]",
     "方括号没有成对，应写成 [[open]] 或 [standard]"),
)  # fmt: skip

_AN_OPTION = (
    "give an option file, as coverage option new writes one",
    "请给出方案文件（可用 coverage option new 生成）",
)
_A_NAME = (
    'write at least name = "…", or start with coverage option new',
    '至少要有 name = "…"，可用 coverage option new 生成',
)


@dataclass(frozen=True)
class OptionFile:
    """
    An option as a planner wrote it.

    Parameters
    ----------
    option
        What it says.
    text
        The file as it was read.
    path
        The file.
    lines
        Line number by place in the file, as `coverage.options.toml_lines.toml_lines` gives it.
    """

    option: Option
    text: str
    path: Path
    lines: Mapping[Place, int]

    @property
    def assumes_wgs84(self) -> bool:
        """Whether it gives coordinates and does not say of which system they are."""
        keys = {place[-1] for place in self.lines}
        return ("crs",) not in self.lines and bool(keys & {"lon", "polygon", "line"})

    @contextmanager
    def located(self) -> Iterator[None]:
        """
        Turn an `OptionError` that is raised inside into one that begins with the file and the line.

        Raises
        ------
        OptionError
            Such as ``south.toml:12: ambulances = -1: give a whole number``.
        """
        with located(self.path, self.lines):
            yield


@contextmanager
def located(path: Path, lines: Mapping[Place, int]) -> Iterator[None]:
    """
    Turn an `OptionError` that is raised inside into one that begins with the file and the line.

    Parameters
    ----------
    path, lines
        As in `OptionFile`.

    Raises
    ------
    OptionError
        With file and line.
    """
    try:
        yield
    except OptionError as error:
        raise at_line(path, line_of(lines, error.place), str(error), error.zh) from error


def at_line(path: Path, line: int, message: str, zh: str) -> OptionError:
    """Make the error of a line in a file."""
    return OptionError(f"{path}:{line}: {message}", zh=f"{path}:{line}：{zh}")


def read_text(path: Path, *, wanted: tuple[str, str] = _AN_OPTION, least: tuple[str, str] = _A_NAME) -> str:
    """
    Read a text in UTF-8.

    Parameters
    ----------
    path
        The file.
    wanted, least
        What to do where there is none, and where it is empty, in English and in Chinese.

    Returns
    -------
    str
        Without a byte order mark, its lines ended as they are.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be read.
    OptionError
        If it is empty, or no text in UTF-8; with the line.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason, reason_zh = system_reason(error)
        raise FileError(
            f"{path}: {reason}: {wanted[0]}", zh=f"{path}：无法读取（{reason_zh or reason}），{wanted[1]}"
        ) from error
    if content.startswith(_UTF16) or b"\0" in content[:4]:
        raise at_line(path, 1, "it is in UTF-16: save it as UTF-8", "文件编码为UTF-16：请另存为UTF-8编码")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, content, error.start) from error
    if not text.strip():
        raise at_line(path, 1, f"it is empty: {least[0]}", f"文件是空的：{least[1]}")
    return text


def _not_utf8(path: Path, content: bytes, start: int) -> OptionError:
    """Say which line is no UTF-8, and in which encoding the file seems to be."""
    line = content.count(b"\n", 0, start) + 1
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return at_line(
            path,
            line,
            "this is no text: give an option file, as coverage option new writes one",
            "不是文本文件：请给出方案文件（可用 coverage option new 生成）",
        )
    return at_line(
        path,
        line,
        "it is in GBK or another old encoding (ANSI): save it as UTF-8 (Notepad: Save as, encoding UTF-8)",
        "文件编码为GBK（ANSI）：请另存为UTF-8编码（记事本：另存为，编码选UTF-8）",
    )


def read_toml(text: str, path: Path) -> dict[str, Any]:
    """
    Read a text as TOML.

    Parameters
    ----------
    text, path
        The text, and the file that errors name.

    Raises
    ------
    OptionError
        If it is none, with the line.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        said = str(error)
        match = re.search(r"\(at line (\d+), column \d+\)", said)
        rows = text.rstrip().split("\n")
        line = int(match[1]) if match else len(rows)
        reason = said.partition(" (at ")[0]
        row = re.sub(r'"[^"]*"|\'[^\']*\'', "", rows[min(line, len(rows)) - 1])
        marks = "".join(dict.fromkeys(_FULL_WIDTH.findall(row.partition("#")[0])))
        if marks:
            raise at_line(
                path,
                line,
                f"this is no TOML: there are full-width marks {marks}: type them in English",
                f"格式不对：有全角符号 {marks}，请改用英文半角符号",
            ) from error
        for start, advice, advice_zh in _ADVICE:
            if reason.startswith(start):
                raise at_line(
                    path, line, f"this is no TOML ({reason}): {advice}", f"格式不对：{advice_zh}"
                ) from error
        raise at_line(
            path,
            line,
            f"this is no TOML ({reason}): coverage option new writes an example",
            f"格式不对（{reason}）：可用 coverage option new 生成示例",
        ) from error
