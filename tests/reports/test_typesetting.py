"""Fonts are asked before anything is printed, and no box ever is."""

from __future__ import annotations

import pytest

from builders import ODD_NAMES, toy_area
from coverage.errors import CoverageError, FontError
from coverage.reports import typesetting
from coverage.reports.picture import check_fonts
from coverage.reports.typesetting import (
    GETA,
    cjk_family,
    families,
    has_cjk,
    missing_characters,
    need_cjk_font,
    printable,
)
from typeset_files import need_chinese_font, without_system_fonts

NOWHERE = "\U0010fffd"  # for private use: no font of any computer is expected to have it


@pytest.fixture
def bare(monkeypatch):
    """Take the system's fonts away."""
    without_system_fonts(monkeypatch)
    yield
    cjk_family.cache_clear()


@pytest.mark.usefixtures("bare")
def test_without_a_chinese_font_one_line_names_the_package():
    with pytest.raises(FontError) as caught:
        need_cjk_font(["Vaduz", "临湘市"])
    assert isinstance(caught.value, CoverageError)
    for lang in ("zh", "en"):
        line = caught.value.line(lang)
        assert "fonts-noto-cjk" in line
        assert "Windows" in line
        assert "\n" not in line
    assert "微软雅黑" in caught.value.line("zh")


@pytest.mark.usefixtures("bare")
def test_names_and_sources_are_asked_before_the_work_begins():
    with pytest.raises(FontError):
        check_fonts(toy_area(), "en")


@pytest.mark.usefixtures("bare")
def test_latin_needs_no_chinese_font():
    need_cjk_font(["Vaduz", "Schaan – 15 min"])
    assert cjk_family() is None
    assert printable({"a": "Vaduz"}, "en")["missing"] == []


@pytest.mark.usefixtures("bare")
def test_without_the_geta_a_question_mark_stands_for_what_is_missing():
    assert printable({"a": f"a{NOWHERE}b"}, "en")["a"] == "a?b"


def test_a_character_that_no_font_has_is_replaced_and_named():
    need_chinese_font()
    words = printable({"a": f"甲{NOWHERE}乙", "b": [f"{NOWHERE}", {"c": "丙"}]}, "zh")
    assert words["a"] == f"甲{GETA}乙"
    assert words["b"] == [GETA, {"c": "丙"}]
    assert words["missing"] == ["U+10FFFD"]


def test_many_missing_characters_are_counted():
    need_chinese_font()
    lost = "".join(chr(0x10FFE0 + i) for i in range(9))
    codes = printable({"a": lost}, "zh")["missing"]
    assert len(codes) == 7
    assert codes[-1] == "… (9)"


def test_characters_that_only_steer_others_vanish():
    assert printable({"a": "a\u200db\ufe0f\u202ec\x07"}, "en")["a"] == "abc"


def test_exactly_the_missing_characters_are_found():
    need_chinese_font()
    odd = {char for name in ODD_NAMES for char in name if char.isprintable()}
    lost = missing_characters(odd | {NOWHERE, "中", "镇"}, families("zh"))
    assert NOWHERE in lost
    assert not lost & set("中镇长野屋abc<>&=+1")


@pytest.mark.parametrize(
    ("text", "expected"), [("Abc 1–2", False), ("镇", True), ("a，", True), ("㮾", True)]
)
def test_chinese_is_known_when_it_is_seen(text, expected):
    assert has_cjk([text]) is expected


def test_a_known_family_comes_before_all_others(monkeypatch):
    class Shelf:
        def families(self):
            return ["Aardvark", "SimSun", "Noto Sans CJK SC"]

    monkeypatch.setattr(typesetting, "installed_fonts", Shelf)
    monkeypatch.setattr(typesetting, "_shows", lambda *_, **__: True)
    cjk_family.cache_clear()
    assert cjk_family() == "Noto Sans CJK SC"
    monkeypatch.setattr(typesetting, "_shows", lambda _, wanted, **__: wanted == ("Aardvark",))
    cjk_family.cache_clear()
    assert cjk_family() == "Aardvark"
    cjk_family.cache_clear()
