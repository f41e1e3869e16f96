"""`coverage propose` as a planner meets it: answers, files, and one line for everything that goes wrong."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import click
import pytest

import cli
from builders import _lonlat, toy_area
from coverage.geopackage import write_study_area
from coverage.options.writing import write_option
from coverage.proposing import recipe, search
from coverage.reports import proposal_bundle
from coverage.reports.proposal_figures import write_proposal_json
from coverage.reports.search_line import search_text

ROOT = Path(__file__).resolve().parents[1]
FILES = {f"propose.{ending}" for ending in ("html", "xlsx", "gpkg", "json", "option.toml")}
EAST, NORTH, COVERED = 11_580, 2_500, 71_000


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_study_area(toy_area(), folder / "toy.gpkg")
    return folder


@pytest.fixture
def run(tmp_path, capsys, monkeypatch, data):
    """Run the command in an empty folder; give exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*arguments, kind="station"):
        words = ["propose", "--county", "toy", "--data", data, "--kind", kind, *arguments]
        code = cli.run([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def few_files(monkeypatch):
    """Write figures and options alone: maps and workbooks have tests of their own, and take their time."""

    def write(proposal, folder, **_):
        write_proposal_json(proposal, folder / "propose.json")
        write_option(proposal.option, folder / "propose.option.toml", county="")
        return ("propose.json", "propose.option.toml")

    monkeypatch.setattr(proposal_bundle, "write_proposal", write)


def figures(name="propose.json"):
    return json.loads(Path("maps/toy", name).read_text("utf-8"))


def option(name="propose.option.toml"):
    return tomllib.loads(Path("maps/toy", name).read_text("utf-8"))


def made():
    return {path.name for path in Path("maps/toy").iterdir()}


def test_the_answer_and_its_files(run):
    code, out, err = run("--count", 2, "--lang", "zh")
    assert code == 0
    assert "石门乡" in out
    assert "未经现场踏勘" in err
    assert made() == FILES
    for name in FILES:
        assert f"maps/toy/{name}" in out.splitlines()[-1]
    found = figures()
    assert [site["added_population"] for site in found["sites"]] == [EAST, NORTH]
    assert (found["model"], found["kind"], found["status"], found["gap"]) == (
        "maximal-covering", "station", "optimal", 0,
    )  # fmt: skip
    assert len(option()["open"]) == 2


def test_the_curve_has_an_option_for_each_number(run):
    code, out, _ = run("--sweep", "1..3")
    assert code == 0
    sweeps = {f"propose.sweep-{n}.option.toml" for n in (1, 2, 3)}
    assert made() == FILES | sweeps
    assert all(name in out for name in sweeps)
    people = [point["covered_population"] for point in figures()["sweep"]]
    assert people == sorted(people)
    assert [len(option(f"propose.sweep-{n}.option.toml")["open"]) for n in (1, 2, 3)] == [1, 2, 3]
    assert option() == option("propose.sweep-3.option.toml")


@pytest.mark.usefixtures("few_files")
def test_words_and_figures_as_a_planner_types_them(run):
    assert run("--count", 2, "--quiet")[0] == 0
    plain = option()
    assert (
        run("--count", "２", "--model", "最大覆盖", "--quiet", "--condition", "鸣笛", kind="急救站")[0] == 0
    )
    assert option() == plain


@pytest.mark.parametrize(
    ("text", "counts"),
    [("1..3", (1, 2, 3)), ("２～３", (2, 3)), ("1-2", (1, 2)), ("5,1、3", (1, 3, 5)), ("7", (7,)), ("", ())],
)  # fmt: skip
def test_a_sweep_as_it_is_typed(text, counts):
    assert cli._sweep(text) == tuple(counts)


@pytest.mark.usefixtures("few_files")
def test_explain_says_whom_each_site_adds(run):
    _, short, _ = run("--count", 1)
    _, long, _ = run("--count", 1, "--explain")
    assert len(long) > len(short)
    assert "第26村" in long
    assert "第26村" not in short


@pytest.mark.usefixtures("few_files")
def test_a_subcentre_in_its_own_words(run):
    code, out, err = run("--count", 1, "--minutes", 25, "--lang", "zh", kind="次中心")
    assert code == 0
    assert "25" in out
    assert "救护车" not in out + err
    assert figures()["kind"] == "subcenter"
    assert option()["change"] == [{"id": "w1", "name": "石门乡卫生院", "kind": "subcentre"}]


@pytest.mark.usefixtures("few_files")
def test_places_zones_costs_and_spacing_of_ones_own(run, tmp_path):
    rows = [("东一", *_lonlat(29, 0.1), 300), ("东二", *_lonlat(28.5, 0.1), 200), ("北", *_lonlat(16, 5), "")]
    text = "\n".join(",".join(map(str, row)) for row in [("名称", "经度", "纬度", "费用（万元）"), *rows])
    (tmp_path / "sites.csv").write_text(text, "utf-8")
    code, _, err = run("--budget", 350, "--candidates", "sites.csv@wgs84", "--cost", 100, "--spacing-km", 1)
    assert code == 0
    assert "sites.csv" in err
    assert [(site["name"], site["cost_wan"]) for site in figures()["sites"]] == [("东二", 200), ("北", 100)]
    corner = [_lonlat(18, -8), _lonlat(32, -8), _lonlat(32, 8), _lonlat(18, 8)]
    ring = [list(point) for point in [*corner, corner[0]]]
    zone = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "zone.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [zone]}), "utf-8"
    )
    assert run("--count", 1, "--candidates", "sites.csv@wgs84", "--no-build", "zone.geojson@wgs84")[0] == 0
    assert [site["name"] for site in figures()["sites"]] == ["北"]


def test_rows_of_the_candidates_that_cannot_be_used_are_listed(run, tmp_path):
    rows = [("名称", "经度", "纬度"), ("东", *_lonlat(29, 0.1)), ("巴黎", 2.35, 48.86)]
    (tmp_path / "sites.csv").write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    code, out, _ = run("--count", 1, "--candidates", "sites.csv@wgs84")
    assert code == 3
    assert made() == FILES | {"propose.rejected.xlsx"}
    assert "propose.rejected.xlsx" in out
    (note,) = [note for note in figures()["notes"] if note["code"] == "candidates_rejected"]
    assert (note["n"], note["names"]) == (1, ["巴黎"])
    # mended: the older list goes, and a copy of it stays
    (tmp_path / "sites.csv").write_text("\n".join(",".join(map(str, row)) for row in rows[:2]), "utf-8")
    code, _, err = run("--count", 1, "--candidates", "sites.csv@wgs84")
    assert code == 0
    assert made() == FILES | {"propose.rejected.xlsx.bak"}
    assert "propose.rejected.xlsx.bak" in err


@pytest.mark.usefixtures("few_files")
def test_a_station_moves_and_none_is_added(run):
    assert run("--count", 0, "--close-allowed", "--moves", 2, "--quiet")[0] == 0
    found = figures()
    assert len(found["sites"]) == len(found["closed"]) >= 1
    assert found["after"]["covered_population"] > COVERED


@pytest.mark.parametrize(
    ("typed", "wan"),
    [("500", 500), ("500万", 500), ("500 万元", 500), ("5,000", 5_000), ("５，０００万元", 5_000),
     ("0.5亿元", 5_000), ("3000000元", 300), ("12.5", 12.5)],
)  # fmt: skip
def test_money_as_it_is_typed(typed, wan):
    assert cli.Money().convert(typed, None, None) == pytest.approx(wan)


@pytest.mark.parametrize("typed", ["", "五百", "5,00", "万元", "500美元"])
def test_what_is_no_money_is_refused(typed):
    with pytest.raises(click.BadParameter):
        cli.Money().convert(typed, None, None)


@pytest.mark.usefixtures("few_files")
def test_what_a_list_keeps_does_not_move(run, tmp_path):
    (tmp_path / "keep.txt").write_text("柳林急救站\n", "utf-8")
    assert run("--count", 1, "--close-allowed", "--quiet")[0] == 0
    assert option()["close"] == [{"id": "s1", "name": "柳林急救站"}]
    assert run("--count", 1, "--close-allowed", "--keep", "keep.txt", "--quiet")[0] == 0
    assert "close" not in option()


def test_without_files_of_places_no_reader_of_maps_is_loaded(data, tmp_path):
    """It takes a second, in which Ctrl-C would be heard by a library that is being loaded."""
    arguments = ["propose", "--county", "toy", "--data", str(data), "--kind", "station", "--count", "1"]
    call = f"cli.run({[*arguments, '--out', str(tmp_path)]!r})"
    code = f"import sys, cli; assert {call} == 0; assert 'osmium' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("few_files")
def test_an_option_that_was_edited_is_kept(run):
    run("--count", 1, "--quiet")
    path = Path("maps/toy/propose.option.toml")
    run("--count", 1, "--quiet")
    assert not path.with_name(f"{path.name}.bak").exists()
    edited = path.read_text("utf-8").replace("新增", "一期")
    path.write_text(edited, "utf-8")
    _, _, err = run("--count", 1)
    assert path.with_name(f"{path.name}.bak").read_text("utf-8") == edited
    assert ".bak" in err


@pytest.mark.usefixtures("few_files")
def test_no_later_run_takes_away_what_was_edited(run):
    """What the program wrote itself needs no copy; two edits need two."""
    path = Path("maps/toy/propose.option.toml")
    run("--count", 1, "--quiet")
    edits = []
    for word in ("一期", "二期"):
        edits.append(path.read_text("utf-8").replace("新增", word))
        path.write_text(edits[-1], "utf-8")
        for count in (2, 1):
            run("--count", count, "--quiet")
    copies = {file.name: file.read_text("utf-8") for file in path.parent.glob("*.bak*")}
    assert copies == {f"{path.name}.bak": edits[0], f"{path.name}.bak2": edits[1]}


def test_where_nothing_is_to_be_gained_the_answer_is_plain(run, tmp_path):
    rows = [("名称", "经度", "纬度"), *((f"城{x}", *_lonlat(x, 0)) for x in (1, 3, 4))]
    (tmp_path / "sites.csv").write_text("\n".join(",".join(map(str, row)) for row in rows), "utf-8")
    code, out, err = run("--count", 3, "--candidates", "sites.csv@wgs84", "--lang", "zh")
    assert code == 0
    assert "没有候选点" in out
    assert "--candidates" in err
    assert made() == FILES
    assert (figures()["sites"], option().get("open")) == ([], None)


@pytest.mark.parametrize(
    ("arguments", "kind", "zh", "en"),
    [
        (["--count", 0], "station", "新建数量为 0", "number of new sites is 0"),
        (["--count", "two"], "station", "--count", "--count"),
        ([], "station", "没有说明要什么", "nothing is asked for"),
        (["--count", 1, "--budget", 9], "station", "只能给出一项", "exclude each other"),
        (["--reach", "120%"], "station", "覆盖目标为 120%：", "share to reach is 120%:"),
        (["--reach", "120"], "station", "覆盖目标为 120：", "share to reach is 120:"),
        (["--reach", "98"], "station", "请写成 98%", "write 98%"),
        (["--count", 0], "station", "--count 0 --close-allowed", "--count 0 --close-allowed"),
        (["--sweep", "8..1"], "station", "请写成 1..8", "write 1..8"),
        (["--count", 1, "--moves", 2], "station", "--close-allowed", "--close-allowed"),
        (["--count", 1, "--close-allowed", "--moves", 0], "station", "调整的站点数为 0", "may move is 0"),
        (["--count", 1, "--close-allowed", "--keep", "all"], "station", "不能同用", "exclude each other"),
        (["--count", 1, "--busy", 0.3], "station", "期望覆盖", "expected-covering"),
        (["--count", 1, "--model", "贪心", "--time-limit", 9], "station", "贪心", "greedy"),
        (["--count", 1, "--crs", "wgs84"], "station", "--candidates", "--candidates"),
        (["--budget", "很多"], "station", "--budget", "--budget"),
        (["--budget", -3], "station", "预算为 -3", "budget is -3"),
        (["--sweep", "3..1"], "station", "起点大于终点", "starts above its end"),
        (["--sweep", "many"], "station", "无法识别", "cannot be read"),
        (["--sweep", "1..99999999"], "station", "超过 100 个", "more than 100"),
        (["--count", 1, "--keep", "x.txt"], "station", "没有允许关闭", "none may close"),
        (["--count", 1, "--minutes", 20], "station", "--urban", "--urban"),
        (["--count", 1, "--urban", 20], "subcenter", "--minutes", "--minutes"),
        (["--count", 1, "--minutes", 0], "subcenter", "0 分钟", "0 minutes"),
        (["--count", 1, "--spacing-km", -1], "station", "--spacing-km", "--spacing-km"),
        (["--count", 1, "--cost", -1], "station", "--cost", "--cost"),
        (["--count", 1, "--time-limit", 0], "station", "求解时限", "time limit"),
        (["--count", 1], "hospital", "急救站", "hospital"),
        (["--count", 1, "--condition", "flood"], "station", "flood", "flood"),
        (["--count", 1, "--column", "经度"], "station", "--column", "--column"),
    ],
)  # fmt: skip
def test_what_can_be_told_at_once_is_told_before_anything_is_read(run, monkeypatch, arguments, kind, zh, en):
    monkeypatch.setattr("coverage.geopackage.read_study_area", lambda _: pytest.fail("read too early"))
    for lang, text in (("zh", zh), ("en", en)):
        code, out, err = run(*arguments, "--lang", lang, kind=kind)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        assert text in err
    assert not Path("maps").exists()


def test_ctrl_c_while_solving_gives_the_best_plan_so_far(run, monkeypatch):
    """The solver answers with its best plan; the command writes it, and how far it may be from the best."""
    real = search.solve

    def stopped(case, count, **more):
        plan = real(case, count, **more)
        return replace(plan, status="interrupted", bound=plan.objective * 1.01, gap=0.01)

    monkeypatch.setattr(search, "solve", stopped)
    code, out, err = run("--count", 1, "--lang", "zh")
    assert code == 130
    assert made() == FILES
    assert "1.00%" in err
    assert "中断" in out
    assert figures()["status"] == "interrupted"


@pytest.mark.usefixtures("few_files")
def test_ctrl_c_at_another_time_leaves_everything_as_it_was(run, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    run("--count", 1, "--quiet")
    before = {path: path.read_bytes() for path in Path("maps/toy").iterdir()}
    monkeypatch.setattr(recipe, "describe", stopped)
    code, out, err = run("--count", 2)
    assert (code, out) == (130, "")
    assert len(err.strip().splitlines()) == 1
    assert {path: path.read_bytes() for path in Path("maps/toy").iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_real_ctrl_c_ends_the_command_in_one_line(data, tmp_path):
    script = "import cli; cli.main()"
    command = [sys.executable, "-c", script, "propose", "--county", "toy", "--data", str(data), "--kind",
               "station", "--sweep", "1..40", "--lang", "en"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 30
        while not (tmp_path / "maps/toy").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert "Traceback" not in err


def test_how_far_a_search_is():
    assert search_text(110.0, 100.0, 12.3, "en").startswith("solving: 12 s, best 100, bound 110, gap 10.00%")
    zh = search_text(math.inf, 1_000.0, 2.0, "zh")
    assert zh.startswith("求解：2秒，最好 1,000，界限 —，差距 —")


@pytest.mark.usefixtures("run", "few_files")
def test_liechtenstein_with_a_stricter_promise(shared_file, tmp_path):
    extract = shared_file("liechtenstein.osm.pbf")
    made = cli.run(["import", "--county", "lie", "--osm", str(extract), "--boundary-relation", "1155955",
                    "--data", str(tmp_path / "own"), "--quiet"])  # fmt: skip
    assert made == 0
    code = cli.run(["propose", "--county", "lie", "--data", str(tmp_path / "own"), "--kind", "station",
                    "--count", "2", "--rural", "12", "--quiet"])  # fmt: skip
    assert code == 0
    found = json.loads((tmp_path / "maps/lie/propose.json").read_text("utf-8"))
    gained = found["after"]["covered_population"] - found["before"]["covered_population"]
    assert found["status"] == "optimal"
    assert len(found["sites"]) == 2
    assert sum(site["added_population"] for site in found["sites"]) == pytest.approx(gained)
