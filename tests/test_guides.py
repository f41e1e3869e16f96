"""The commands that the guides to dispatch and simulation show are run, and both languages show the same."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

import cli
from coverage.inputs.rules import read_rules
from coverage.settings import read_care, read_speeds
from coverage.simulation import Rules

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ("dispatching", "simulating")


def commands(page: str) -> list[list[str]]:
    """Give the words of the commands on a page, continued lines joined."""
    text = (ROOT / "docs" / page).read_text("utf-8").replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in re.findall(r"^coverage .+$", text, re.MULTILINE)]


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_show_the_same_commands(guide):
    chinese = [["stroke" if w == "卒中" else w for w in words] for words in commands(f"{guide}.zh.md")]
    assert commands(f"{guide}.md") == chinese
    assert chinese


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_run_one_after_another(guide, tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for words in commands(f"{guide}.zh.md"):
        if "--watch" in words:
            continue  # it would never end; the tests of the command stop it
        if words[0] == "simulate":
            # a year twenty times is for planners, not for tests
            words += ["--days", "20", "--replications", "2"]
        assert cli.run([*words, "--lang", "zh"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("language", ["", ".zh"])
def test_the_files_shown_can_be_used_as_they_stand(language, tmp_path):
    (care,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / f"docs/dispatching{language}.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "care.toml").write_text(care, "utf-8")
    assert read_care(tmp_path / "care.toml").targets["stroke"].scene_s == 720
    (hours,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / f"docs/simulating{language}.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "speeds.toml").write_text(hours, "utf-8")
    assert read_speeds(tmp_path / "speeds.toml").condition_at(8 * 3600, "siren") == "peak"


def test_the_example_rules_have_every_table_that_the_guides_name():
    rules = read_rules(ROOT / "docs" / "logs" / "rules.toml").rules
    usual = Rules()
    for name, source in rules.sources.items():
        assert source == "rules.toml"
        assert hasattr(usual, name)
    differing = {f.name for f in fields(Rules) if getattr(rules, f.name) != getattr(usual, f.name)}
    assert differing - {"sources"} <= rules.sources.keys()
    text = (ROOT / "docs" / "logs" / "rules.toml").read_text("utf-8")
    for page in ("simulating.md", "simulating.zh.md"):
        for table in re.findall(
            r"^\| `(\[.*?\])` \|", (ROOT / "docs" / page).read_text("utf-8"), re.MULTILINE
        ):
            assert table in text, f"{page}: {table}"
    assert (len(rules.priorities), len(rules.standby), len(rules.shifts)) == (2, 1, 1)
