"""Ambulances taken to be at their bases."""

from __future__ import annotations

import math

import pytest

from coverage.dispatch.fleet import base_fleet
from coverage.errors import AssessmentError, StudyAreaError
from coverage.standards import ResponseStandard
from dispatch_county import street_county, xy_of


def test_one_unit_an_ambulance():
    found = base_fleet(street_county(), ResponseStandard())
    assert [(u.id, u.name, u.state, u.turnout_s, u.facility_id) for u in found.units] == [
        ("a-1", "甲医院 1", "idle", 100.0, "a"),
        ("a-2", "甲医院 2", "idle", 100.0, "a"),
        ("e-1", "戊急救站", "idle", 120.0, "e"),
    ]
    assert xy_of(found.units[2].lon, found.units[2].lat) == pytest.approx((4, 1.5), abs=1e-3)
    assert not found.is_live
    assert found.at == ""


def test_where_no_count_is_known_every_assumed_base_has_one():
    found = base_fleet(street_county(ambulances=[math.nan] * 3), ResponseStandard())
    assert [unit.id for unit in found.units] == ["a-1", "d-1", "e-1"]


def test_by_the_hours():
    area = street_county(hours=["08:00-20:00", "", ""])
    night = base_fleet(area, ResponseStandard(), at_min=3 * 60)
    assert [unit.id for unit in night.units] == ["e-1"]
    left = [(left.unit_id, left.reason, left.detail) for left in night.left_out]
    assert left == [("a-1", "off_duty", "08:00-20:00"), ("a-2", "off_duty", "08:00-20:00")]
    assert len(base_fleet(area, ResponseStandard(), at_min=9 * 60).units) == 3
    assert len(base_fleet(area, ResponseStandard()).units) == 3


def test_no_ambulance_and_no_hours():
    with pytest.raises(AssessmentError, match="no facility has an ambulance"):
        base_fleet(street_county(ambulances=[0.0] * 3), ResponseStandard())
    with pytest.raises(StudyAreaError, match="always"):
        base_fleet(street_county(hours=["always", "", ""]), ResponseStandard(), at_min=0)
