import json
import math

import pytest

from builders import ODD_NAMES, toy_analysis
from coverage.errors import FileError
from coverage.reports.figures import to_json, write_json

STANDARD = {"urban_s", "rural_s", "target_share", "clock", "handling_s", "turnout_s", "condition"}
TOWNSHIP = {
    "id", "name", "class", "limit_s", "population", "covered_population", "covered_share", "verdict",
    "seat_time_s", "median_s", "p90_s", "worst_s", "facility_id",
}  # fmt: skip
FACILITY = {"id", "name", "kind", "first_population", "covered_population"}
TOTALS = {
    "population", "covered_population", "covered_share",
    "townships_met", "townships_partial", "townships_unmet",
}  # fmt: skip


def test_every_promised_key_is_there():
    figures = to_json(toy_analysis())
    assert isinstance(figures["county"], str)
    assert set(figures["standard"]) >= STANDARD
    assert all(set(row) >= TOWNSHIP for row in figures["townships"])
    assert all(set(row) >= FACILITY for row in figures["facilities"])
    assert set(figures["totals"]) >= TOTALS
    assert set(figures["other_clock"]) >= TOTALS
    assert figures["provenance"][0]["layer"] == "boundary"


def test_figures_are_the_analysis_to_the_millisecond():
    analysis = toy_analysis()
    figures = to_json(analysis)
    rows = analysis.assessment.townships.set_index("id")
    for township in figures["townships"]:
        row = rows.loc[township["id"]]
        for key in (
            "limit_s",
            "seat_time_s",
            "median_s",
            "p90_s",
            "worst_s",
            "population",
            "covered_population",
        ):
            if math.isfinite(row[key]):
                assert township[key] == pytest.approx(row[key], abs=5.1e-4)
            else:
                assert township[key] is None
        assert township["verdict"] == row["verdict"]
        bands = sum(band["population"] for band in township["population_by_band"])
        states = township["population_by_state"]
        assert bands == pytest.approx(states["covered"] + states["late"])
        assert sum(states.values()) == pytest.approx(township["population"])
    assert figures["totals"]["covered_population"] == 71_000
    assert figures["other_clock"]["townships_met"] == 2
    assert figures["other_clock"]["clock"] == "departure"


def test_what_nobody_reaches_and_nobody_knows_is_null():
    east = to_json(toy_analysis())["townships"][2]
    assert east["worst_s"] is None
    assert east["seat_time_s"] is None
    assert to_json(toy_analysis(ambulances_known=False))["norms"]["ambulances"] is None
    roads = to_json(toy_analysis(demand_unit="residential_road_m"))
    assert roads["norms"]["ambulances_required"] is None
    assert roads["demand_unit"] == "residential_road_m"


def test_the_file_is_strict_json_in_utf_8(tmp_path):
    path = tmp_path / "analyze.json"
    write_json(toy_analysis(), path)
    text = path.read_text(encoding="utf-8")
    assert "小康县" in text

    def refuse(word):
        raise AssertionError(word)

    assert json.loads(text, parse_constant=refuse) == to_json(toy_analysis())


def test_the_same_analysis_gives_the_same_file(tmp_path):
    for name in ("a.json", "b.json"):
        write_json(toy_analysis(), tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_odd_names_come_back_as_they_were(tmp_path):
    path = tmp_path / "analyze.json"
    write_json(toy_analysis(odd_names=True), path)
    names = [row["name"] for row in json.loads(path.read_text(encoding="utf-8"))["townships"]]
    assert names == list(ODD_NAMES[:3])


def test_a_folder_that_cannot_be_made_is_one_error(tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(FileError):
        write_json(toy_analysis(), tmp_path / "taken" / "analyze.json")
