"""The walk-through from a planner's files to a map is run line by line; its tables are the program's own."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import openpyxl
import pytest

import cli
from coverage.sources.table_fields import FIELDS, markdown_fields

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"en": "docs/own-data.md", "zh": "docs/own-data.zh.md"}
N_WRONG_ROWS = 4


def text(lang: str) -> str:
    return (ROOT / PAGES[lang]).read_text("utf-8")


def blocks(lang: str) -> list[tuple[str, str]]:
    """Give a page's blocks of commands and of answers, in order."""
    return re.findall(r"```(bash|text)\n(.*?)```", text(lang), re.DOTALL)


def lines(block: str) -> list[list[str]]:
    return [shlex.split(line) for line in block.replace("\\\n", " ").splitlines()]


@pytest.fixture
def planners_folder(tmp_path, monkeypatch):
    """Stand in an empty folder with the repository's docs, as in a fresh copy."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_languages_go_the_same_way():
    ways = [[lines(block) for kind, block in blocks(lang) if kind == "bash"] for lang in PAGES]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("lang", PAGES)
def test_the_commands_do_what_the_page_says(lang, planners_folder, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8" if lang == "zh" else "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    said = ""
    n_shown = 0
    for kind, block in blocks(lang):
        if kind == "text":
            assert block == said
            n_shown += 1
            if lang == "zh":
                break  # the rest is the same in both languages
            continue
        for words in lines(block):
            with_faults = "docs/example/stations.xlsx" in words
            assert cli.run(words[1:]) == (cli.EXIT_REJECTS if with_faults else 0), capsys.readouterr().err
            said = capsys.readouterr().out
    assert n_shown == 1
    if lang == "en":
        assert (planners_folder / "maps" / "example" / "analyze.html").is_file()
        assert not (planners_folder / "data" / "boundaries" / "example.rejected.xlsx").exists()
        kept = planners_folder / "data" / "boundaries" / "example.rejected.xlsx.bak"
        kept.rename(kept.with_name("kept.xlsx"))
        sheet = openpyxl.load_workbook(kept.with_name("kept.xlsx")).active
        assert sheet.max_row == 1 + N_WRONG_ROWS


@pytest.mark.parametrize("lang", PAGES)
@pytest.mark.parametrize(
    "layer", ["facilities", "townships", "demand", "candidates", "roads", "vehicles", "calls", "trips"]
)
def test_the_page_prints_the_programs_own_table_of_columns(lang, layer):
    assert layer in FIELDS
    after = text(lang).split(f"<!-- {layer} -->\n")[1]
    assert after.lstrip("\n").startswith(markdown_fields(layer, lang))
