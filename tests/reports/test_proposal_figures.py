import dataclasses
import json

import pytest

from builders import ODD_NAMES, toy_analysis
from coverage.reports.figures import to_json
from coverage.reports.proposal_figures import proposal_hash, proposal_json, write_proposal_json
from coverage.reports.proposal_models import gap_text
from proposals import toy_proposal, with_answer

KEYS = {"model", "kind", "status", "objective", "bound", "gap", "sites", "before", "after", "sweep"}
SITE = {"rank", "id", "name", "lon", "lat", "added_population", "townships_gained"}
POINT = {"count", "covered_population", "covered_share", "gap", "status", "sites"}


def test_every_promised_key_is_there():
    figures = proposal_json(toy_proposal())
    assert set(figures) >= KEYS | {"program", "county", "standard", "notes", "provenance"}
    assert all(set(site) >= SITE for site in figures["sites"])
    assert all(set(point) >= POINT for point in figures["sweep"])
    totals = set(to_json(toy_analysis())["totals"])
    assert set(figures["before"]) >= totals
    assert set(figures["after"]) >= totals


def test_figures_are_the_proposal_s():
    figures = proposal_json(toy_proposal())
    assert (figures["model"], figures["kind"], figures["status"]) == (
        "maximal-covering",
        "station",
        "optimal",
    )
    assert figures["gap"] == 0
    assert figures["sites"][0]["alternative"]["objective"] == 80_000
    assert [c["facility_kind"] for c in figures["candidates"]][2:] == ["health_centre", None, None]
    assert figures["before"]["covered_population"] == 71_000
    assert figures["after"]["covered_population"] == figures["objective"] == 85_000
    assert [site["added_population"] for site in figures["sites"]] == [11_500, 2_500]
    assert figures["sites"][0]["townships_gained"] == ["石门乡"]
    assert figures["sites"][0]["alternative"]["covered_population"] == 80_000
    # whom it adds and who hangs on it are two things
    for site, row in zip(toy_proposal().sites, figures["sites"], strict=True):
        assert site.sole_population != site.added_population
        assert row["sole_population"] == site.sole_population
        assert row["added_population"] == site.added_population
    assert [row["verdict"] for row in (t["before"] for t in figures["townships"])] == [
        "met",
        "partial",
        "unmet",
    ]
    assert {t["after"]["verdict"] for t in figures["townships"]} == {"met"}
    assert [point["covered_population"] for point in figures["sweep"]] == [82_500, 85_000, 85_000]
    assert [c["open"] for c in figures["candidates"]] == [True, True, True, True, False]


def test_a_sub_centre_goes_by_the_command_line_s_word_and_has_no_second_clock():
    figures = proposal_json(toy_proposal(kind="subcentre"))
    assert figures["kind"] == "subcenter"
    assert figures["before"]["other_clock"] is None
    assert figures["standard"]["profile"] == "access"


def test_a_gap_without_a_bound_is_null():
    figures = proposal_json(toy_proposal(status="heuristic"))
    assert figures["bound"] is None
    assert figures["gap"] is None


@pytest.mark.parametrize("kind", [{}, {"nothing": True}, {"odd_names": True}, {"status": "heuristic"}])
def test_the_file_is_strict_json_and_always_the_same(kind, tmp_path):
    def refuse(word):
        raise AssertionError(word)

    paths = [tmp_path / name for name in ("a.json", "b.json")]
    write_proposal_json(toy_proposal(**kind), paths[0])
    write_proposal_json(toy_proposal.__wrapped__(**kind), paths[1])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    text = paths[0].read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse) == proposal_json(toy_proposal(**kind))
    assert len(proposal_hash(toy_proposal(**kind))) == 12


def test_odd_names_come_back_as_they_were():
    assert [site["name"] for site in proposal_json(toy_proposal(odd_names=True))["sites"]] == [
        ODD_NAMES[2],
        ODD_NAMES[1],
    ]


def test_measures_and_losses_are_figures_too():
    proposal = with_answer(toy_proposal(), "double-standard", "optimal")
    lost = dataclasses.replace(proposal, lost=("d5",), lost_population=120.0)
    figures = proposal_json(lost)
    assert [m["code"] for m in figures["measures"]] == ["covered_twice", "within_wide"]
    assert (figures["measures"][0]["before"], figures["measures"][0]["after"]) == (38_000, 40_100)
    assert (figures["lost_population"], figures["lost_demand_ids"]) == (120, ["d5"])
    assert figures["wish"]["moves"] is None
    assert proposal_json(toy_proposal(closing=True))["wish"]["moves"] == 1


@pytest.mark.parametrize("gap", [0.0, 0.0213, 0.0071234, 0.1])
def test_text_and_figures_give_the_same_gap(gap):
    plan = dataclasses.replace(toy_proposal().plan, gap=gap, status="time_limit")
    figures = proposal_json(dataclasses.replace(toy_proposal(), plan=plan))
    assert float(gap_text(gap).rstrip("%")) / 100 == pytest.approx(figures["gap"], abs=1e-4)
