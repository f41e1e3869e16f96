import pytest

from comparison_cases import comparison_case
from coverage.reports.comparison_bundle import write_comparison
from coverage.reports.typesetting import cjk_family

ALWAYS = ("compare.html", "compare.xlsx", "compare.gpkg", "compare.json")
needs_font = pytest.mark.skipif(cjk_family() is None, reason="no Chinese font on this computer")


def test_what_is_not_wanted_is_not_written(tmp_path):
    names = write_comparison(comparison_case("one"), tmp_path, lang="zh", pdf=False)
    assert names == ALWAYS
    assert {path.name for path in tmp_path.iterdir()} == set(names)


@needs_font
def test_every_file_is_written_and_named_a_picture_for_each_outcome(tmp_path):
    names = write_comparison(comparison_case("one"), tmp_path, lang="en", png=True)
    assert names == (
        "compare.html",
        "compare.xlsx",
        "compare.pdf",
        "compare.gpkg",
        "compare.json",
        "compare.0.png",
        "compare.A.png",
    )
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    today, option = (tmp_path / f"compare.{key}.png" for key in "0A")
    assert today.read_bytes() != option.read_bytes()


def test_the_same_comparison_makes_the_same_bytes(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        write_comparison(comparison_case("odd"), tmp_path / folder, lang="zh", pdf=False)
    for name in ALWAYS:
        here, there = (tmp_path / folder / name for folder in ("here", "there"))
        assert here.read_bytes() == there.read_bytes(), name
