"""When no unit can be sent, nobody is reached, and what was true of places and people stays true."""

from __future__ import annotations

import math

import numpy as np

from builders import toy_analysis
from coverage.assessment import assess
from coverage.dispatch.nobody import nobody_comes


def test_everybody_near_a_road_is_unreachable():
    planned = toy_analysis().assessment
    none = nobody_comes(planned)
    assert set(none.demand["state"]) == {"unreachable", "off_network"}
    was_off = planned.demand["state"] == "off_network"
    assert ((none.demand["state"] == "off_network") == was_off).all()
    assert np.isinf(none.demand["response_s"]).all()
    assert (none.demand["facility_id"] == "").all()
    assert (none.demand["population"] == planned.demand["population"]).all()


def test_parts_add_up_and_verdicts_follow():
    planned = toy_analysis().assessment
    none = nobody_comes(planned)
    for rows in (none.townships, planned.townships):
        parts = [f"{s}_population" for s in ("covered", "late", "unreachable", "off_network")]
        assert np.allclose(rows[parts].sum(axis=1), rows["population"])
    assert (none.townships["verdict"] == "unmet").all()
    assert (none.townships["covered_share"] == 0).all()
    assert np.isinf(none.townships["worst_s"]).all()
    for name, totals in none.totals.items():
        was = planned.totals[name]
        assert totals.population == was.population
        assert totals.unreachable_population + totals.off_network_population == was.population
        assert totals.townships_unmet == was.townships_met + was.townships_partial + was.townships_unmet
    assert none.bands.to_numpy().sum() == 0


def test_a_class_without_people_stays_not_judged():
    analysis = toy_analysis()
    demand = analysis.area.demand
    empty = demand["population"].where(demand["township_id"] != "430699102", 0.0)
    from dataclasses import replace  # noqa: PLC0415

    from coverage.routing.network import RoadNetwork  # noqa: PLC0415

    area = replace(analysis.area, demand=demand.assign(population=empty))
    network = RoadNetwork.from_roads(area.roads)
    none = nobody_comes(assess(area, network, analysis.standard))
    east = none.townships.set_index("id").loc["430699102"]
    assert east["verdict"] == "unknown"
    assert math.isnan(east["covered_share"])
    assert math.isnan(east["median_s"])
    assert none.totals["all"].townships_unknown == 1
