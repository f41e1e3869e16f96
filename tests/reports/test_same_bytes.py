"""The same figures make the same files, byte by byte, whenever and wherever they are written."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import toy_analysis, toy_area
from comparisons import toy_comparison
from coverage.reports.bundle import write_reports
from coverage.reports.comparison_bundle import write_comparison
from coverage.reports.layers import data_moment
from coverage.reports.proposal_bundle import write_proposal
from proposals import toy_proposal

COMMANDS = ("analyze", "propose", "compare")


def write_all(folder: Path) -> None:
    """Write what every command writes, each into a folder of its own."""
    for command in COMMANDS:
        (folder / command).mkdir(parents=True)
    write_reports(toy_analysis(odd_names=True), folder / "analyze", command="analyze", lang="zh", png=True)
    write_proposal(toy_proposal(), folder / "propose", lang="zh", png=True)
    write_comparison(toy_comparison(), folder / "compare", lang="zh", png=True)


@pytest.fixture(scope="module")
def twice(tmp_path_factory) -> tuple[Path, Path]:
    """Write here and now, and once more in a process of its own, in another folder and another country."""
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there") / "在 别处"
    write_all(here)
    tests = Path(__file__).resolve().parents[1]
    settings = {
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": os.pathsep.join([str(tests.parent), str(tests)]),
        "PYTHONWARNINGS": "ignore",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C.UTF-8",
    }
    subprocess.run(
        [sys.executable, __file__, there],
        check=True,
        cwd=there.parent,
        env={**os.environ, **settings},
        timeout=300,
    )
    return here, there


@pytest.mark.parametrize("command", COMMANDS)
def test_every_file_is_the_same_in_another_process_at_another_time(twice, command):
    here, there = ({file.name: file for file in (folder / command).iterdir()} for folder in twice)
    assert sorted(here) == sorted(there)
    assert {".gpkg", ".xlsx", ".html", ".json", ".png"} <= {file.suffix for file in here.values()}
    unlike = [name for name, file in here.items() if file.read_bytes() != there[name].read_bytes()]
    assert unlike == []


@pytest.mark.parametrize(
    ("dates", "moment"),
    [
        (["2024-05-31", "2023", "2025-02-01T12:00:00Z", ""], datetime(2025, 2, 1, tzinfo=UTC)),
        (["2023", "2024-05", "unknown", "2024-13-01"], datetime(1980, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_file_is_dated_by_the_newest_day_of_its_data(dates, moment):
    area = toy_area()
    sources = tuple(replace(area.provenance[0], date=date) for date in dates)
    assert data_moment(replace(area, provenance=sources)) == moment


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
