"""The files of a simulated year: workbook, JSON, and all of them at once, to the byte."""

from __future__ import annotations

import json
import math

import openpyxl
import pytest

from coverage.reports.simulation_bundle import write_simulation
from coverage.reports.simulation_figures import simulation_json
from coverage.reports.simulation_rows import everyone
from coverage.reports.simulation_workbook import write_simulation_workbook
from simulated_years import CASES, simulation_case, toy_simulation

SHEETS = ["结论", "乡镇", "救护车", "小时", "方案差异", "分组", "响应时间曲线", "规则与来源", "假设与来源"]


def book(case, tmp_path, lang="zh"):
    path = tmp_path / f"{case}.xlsx"
    write_simulation_workbook(simulation_case(case), path, lang=lang)
    return openpyxl.load_workbook(path)


def rows(sheet, head):
    """Give the rows of a sheet below its headings; one that repeats keeps its first column."""
    lines = list(sheet.iter_rows(values_only=True))
    top = next(i for i, line in enumerate(lines) if head in line)
    keys = [str(key or "").replace("\n", "") for key in lines[top]]
    return [dict(zip(reversed(keys), reversed(line), strict=True)) for line in lines[top + 1 :]]


def test_sheets_have_their_names(tmp_path):
    assert book("toy", tmp_path).sheetnames == SHEETS
    assert book("alone", tmp_path).sheetnames == [name for name in SHEETS if name != "方案差异"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_cell_is_a_formula_an_error_or_no_number(case, lang, tmp_path):
    for sheet in book(case, tmp_path, lang):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type not in {"f", "e"}
                assert not isinstance(cell.value, float) or math.isfinite(cell.value)


def test_the_workbook_has_the_figures_of_the_simulation(tmp_path):
    simulation = simulation_case("toy")
    found = rows(book("toy", tmp_path)["结论"], "方案")[:3]
    for outcome, line in zip(simulation.outcomes, found, strict=True):
        row = everyone(outcome)
        assert line["数值"] == pytest.approx(row["within_share"])
        assert line["到院90分位（分钟）"] == pytest.approx(row["door_p90_s"] / 60)
    clear = {line["结论"] for line in rows(book("toy", tmp_path)["方案差异"], "方案")}
    # townships of a few calls are not judged
    assert clear <= {"明显较好", "明显较差", "无明显差异", "无法判断"}


def test_townships_with_too_few_calls_have_no_figures(tmp_path):
    found = [line for line in rows(book("few", tmp_path)["乡镇"], "方案") if line["说明"] == "次数过少"]
    assert found
    assert all(line["数值"] is None for line in found)


def test_the_json_is_strict_and_says_every_figure_with_its_interval():
    figures = simulation_json(simulation_case("rich"))
    text = json.dumps(figures, allow_nan=False)
    assert json.loads(text) == figures
    outcome = figures["outcomes"][1]
    assert set(outcome["hours"][0]["within_share"]) == {"value", "low", "high"}
    assert outcome["units"][0]["number"] == 1
    assert figures["rules"]["scene"]["law"] == "gamma"
    assert figures["rules"]["standby"][0]["name"] == "东门待命点"
    assert {row["against"] for row in figures["differences"]} == {"0", "A"}
    once = simulation_json(simulation_case("once"))
    assert once["outcomes"][0]["groups"][0]["within_share"]["low"] is None
    assert once["answer"]["code"] == "one_replication"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_runs_leave_the_same_bytes(lang, tmp_path):
    folders = [tmp_path / "1", tmp_path / "2"]
    for folder in folders:
        folder.mkdir()
        names = write_simulation(toy_simulation(n_options=1), folder, lang=lang)
        assert set(names) == {path.name for path in folder.iterdir()}
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
