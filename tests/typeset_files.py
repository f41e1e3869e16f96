"""What tests ask of typeset files: fonts, pages, chunks, and whether anything was cut off."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
import typst

from coverage.reports import typesetting


def need_chinese_font() -> None:
    """Skip a test on a machine that cannot print Chinese."""
    if typesetting.cjk_family() is None:
        pytest.skip("needs a font for Chinese, such as Debian's fonts-noto-cjk")


def without_system_fonts(monkeypatch) -> None:
    """Make Typst see none but the Latin fonts it brings."""
    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typesetting, "installed_fonts", lambda: bare)
    typesetting.cjk_family.cache_clear()


class Pages:
    """A template set with data: how many pages, whether anything was cut, whether every glyph is there."""

    def __init__(self, template: str, data, lang: str) -> None:
        # dated, as PDF/A wants it: what is laid out is the same
        source = typesetting.template_source(template).replace(
            b"date: none", b"date: datetime(year: 2000, month: 1, day: 1)"
        )
        words = json.dumps(typesetting.printable(data, lang), ensure_ascii=False)
        self._source = source
        self._compiler = typst.Compiler(
            input=source, font_paths=typesetting.installed_fonts(), sys_inputs={"data": words}
        )
        # asked first: after compiling, a compiler has forgotten what it was given
        self.is_cut = bool(json.loads(self._compiler.query("<clipped>")))

    @property
    def n(self) -> int:
        made = self._compiler.compile(self._source, format="png", ppi=10)
        return len(made) if isinstance(made, list) else 1

    def need_every_glyph(self) -> None:
        """Set it as PDF/A, which knows no missing glyph; Typst raises where there is one."""
        self._compiler.compile(self._source, format="pdf", pdf_standards="a-2u")


def png_chunks(png: bytes) -> dict[str, bytes]:
    """Read a PNG's chunks and hold each against its checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        (n,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + n]
        assert struct.unpack(">I", png[at + 8 + n : at + 12 + n]) == (zlib.crc32(kind + body),)
        chunks[kind.decode()] = chunks.get(kind.decode(), b"") + body
        at += 12 + n
    return chunks
