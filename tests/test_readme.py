"""The README's commands are run, and both languages show the same ones."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import cli
from coverage.geopackage import LAYERS
from coverage.proposal import Model
from coverage.settings import read_profile, read_speeds
from coverage.study_area import CENTRES, FACILITY_KINDS, LAYER_COLUMNS, TOWNSHIP_CLASSES
from overpass_server import MapData, MapServer

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "README.zh.md")


def commands(page: str) -> list[str]:
    """Give the lines of a page's bash blocks, continued lines joined."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_both_languages_show_the_same_commands():
    assert [shlex.split(c, comments=True) for c in commands("README.md")] == [
        shlex.split(c, comments=True) for c in commands("README.zh.md")
    ]


def test_the_first_two_lines_install_and_run():
    first, second = commands("README.md")[:2]
    for line in (first, second):
        assert line.startswith("python3 -m venv ")
        assert "constraints.txt" in line
    assert first.endswith("coverage analyze --county linxiang")
    assert "[test]" in second
    assert second.endswith("pytest")


def coverage_lines(page: str) -> list[list[str]]:
    """Give the words of a page's commands, without the environment's folder."""
    return [shlex.split(c)[1:] for c in commands(page) if c.startswith(".venv/bin/coverage ")]


def needs_elsewhere(words: list[str]) -> bool:
    """Tell whether a command asks for an extract or a network that is not in the repository."""
    return words[0] == "fetch" or any(w.endswith(".osm.pbf") and not (ROOT / w).is_file() for w in words)


@pytest.fixture
def planners_folder(tmp_path, monkeypatch):
    """Stand in an empty folder with the repository's docs, as in a fresh copy."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)


def test_every_command_is_shown():
    assert {words[0] for words in coverage_lines("README.md")} == set(cli.cli.commands)


@pytest.mark.usefixtures("planners_folder")
def test_the_commands_run_one_after_another(capsys):
    made = {"linxiang", "临湘", "430682"}
    for words in coverage_lines("README.md"):
        county = words[words.index("--county") + 1] if "--county" in words else "linxiang"
        if needs_elsewhere(words) or (words[0] == "analyze" and county not in made):
            continue
        made.add(county)
        assert cli.run(words) == 0, capsys.readouterr().err


@pytest.mark.usefixtures("planners_folder")
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_commands_that_need_an_extract_or_a_network_run(shared_file, capsys):
    extract = shared_file("liechtenstein.osm.pbf")
    ran = []
    with MapServer(MapData(extract)) as server:
        own = ["--endpoint", server.url, "--nominatim", server.url]
        for words in coverage_lines("README.md"):
            if needs_elsewhere(words):
                words = [str(extract) if w == extract.name else w for w in words]  # noqa: PLW2901
                assert cli.run([*words, *(own if words[0] == "fetch" else [])]) == 0, capsys.readouterr().err
                ran.append(words[0])
    assert ran == ["import", "fetch"]
    assert cli.run(["analyze", "--county", "liechtenstein"]) == 0


@pytest.mark.parametrize("page", PAGES)
def test_the_toml_examples_can_be_used_as_they_stand(page, tmp_path):
    profile, speeds = re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    (tmp_path / "county.toml").write_text(profile, "utf-8")
    (tmp_path / "speeds.toml").write_text(speeds, "utf-8")
    assert read_profile(tmp_path / "county.toml").urban_s == 720
    assert read_speeds(tmp_path / "speeds.toml").class_kph["residential"] == 20


def test_the_python_example_runs(monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(example, names)
    assert [area.polygon.is_empty for area in names["areas"]] == [False, False]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_is_in_the_readme(page):
    text = (ROOT / page).read_text("utf-8")
    every = dict(cli.cli.commands)
    every |= {f"option {name}": command for name, command in every.pop("option").commands.items()}
    for name, command in every.items():
        assert f"coverage {name}" in text
        for parameter in command.params:
            long = [o for o in parameter.opts if o.startswith("--")]
            for option in long[:1]:  # an argument has none
                assert f"`{option}`" in text or f"{option} " in text, f"{page}: coverage {name} {option}"


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8"))
    for target in targets:
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"{page}: {target}"


def test_every_dependency_is_in_the_readmes_table():
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "README.md").read_text("utf-8")
    for requirement in project["dependencies"]:
        name = re.match(r"[\w-]+", requirement)[0]
        assert re.search(rf"^\| [^|]*\b{re.escape(name)}\b", text, re.MULTILINE), name


@pytest.mark.parametrize("page", ["docs/study-area.md", "docs/study-area.zh.md"])
def test_the_study_area_page_names_every_layer_and_column(page):
    text = (ROOT / page).read_text("utf-8")
    for layer in LAYERS:
        assert f"`{layer}`" in text
    for columns in LAYER_COLUMNS.values():
        for column in columns:
            assert f"`{column}`" in text, f"{page}: {column}"
    for word in (*TOWNSHIP_CLASSES, *FACILITY_KINDS, *CENTRES):
        assert word in text, f"{page}: {word}"


@pytest.mark.parametrize("page", ["docs/siting.md", "docs/siting.zh.md"])
def test_the_siting_page_names_every_model_and_its_example_runs(page):
    text = (ROOT / page).read_text("utf-8")
    for model in get_args(Model):
        assert f"`{model}`" in text, f"{page}: {model}"
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {"cover": np.eye(6), "people": np.arange(1.0, 7.0)}
    exec(example, names)
    assert names["plan"].sites == (0, 4, 5)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / target).exists(), f"{page}: {target}"
