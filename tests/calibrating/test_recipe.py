"""From trips to speeds on the real roads of a county, and on a road that can be computed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from coverage.calibrating.driving import Ways, lay_ways
from coverage.calibrating.holding_out import N_FOLDS, _widening
from coverage.calibrating.hours import conditions_of
from coverage.calibrating.recipe import calibrate
from coverage.calibration import Trips
from coverage.errors import CalibrationError, SpeedError
from coverage.routing.network import RoadNetwork
from coverage.routing.paths import find_paths
from coverage.routing.speeds import DEFAULT_SPEEDS, frozen_table
from tests.builders import _lonlat, toy_area


@pytest.fixture(scope="session")
def told(linxiang):
    """Calibrate by trips of which one in seven is wrong."""
    return calibrate(linxiang.area, linxiang.trips(300, 1, odd=0.15))


def test_known_speeds_lie_in_their_intervals(told, linxiang):
    measured = told.classes[told.classes["is_measured"]]
    true = measured["highway"].map(dict(linxiang.true.class_kph))
    assert {"primary", "secondary", "tertiary"} <= set(measured["highway"])
    inside = measured["low_kph"].le(true) & measured["high_kph"].ge(true)
    # each interval misses one time in twenty, and then by little
    assert inside.sum() >= len(inside) - 1
    assert (measured["after_kph"] / true).between(0.8, 1.25).all()
    hours = told.hours.set_index("condition")
    assert hours.loc["peak", "low"] <= 0.8 <= hours.loc["peak", "high"]
    assert hours.loc["night", "low"] <= 1.08 <= hours.loc["night", "high"]
    assert hours.loc["siren", "factor"] == 1.0


def test_the_intervals_say_more_than_the_given_speeds(told):
    primary = told.classes.set_index("highway").loc["primary"]
    assert primary["high_kph"] < primary["before_kph"]
    assert primary["high_kph"] / primary["low_kph"] < 1.4


def test_outliers_do_not_move_the_speeds(told, linxiang):
    clean = calibrate(linxiang.area, linxiang.trips(300, 1))
    both = told.classes["is_measured"] & clean.classes["is_measured"]
    ratio = told.classes.loc[both, "after_kph"] / clean.classes.loc[both, "after_kph"]
    assert ratio.between(0.85, 1.15).all()
    assert told.trips["is_outlier"].sum() > 20
    assert clean.trips["is_outlier"].sum() < 8
    assert (told.trips.loc[told.trips["travel_s"] == 28_800.0, "weight"] == 0.0).all()


def test_over_many_small_sets_of_trips_the_intervals_cover(linxiang):
    """Over forty other sets 97 % of them did."""
    inside = []
    for seed in range(6):
        classes = calibrate(linxiang.area, linxiang.trips(150, 50 + seed, odd=0.1)).classes
        measured = classes[classes["is_measured"]]
        true = measured["highway"].map(dict(linxiang.true.class_kph))
        inside += (measured["low_kph"].le(true) & measured["high_kph"].ge(true)).tolist()
    assert len(inside) > 18
    assert np.mean(inside) >= 0.9


def test_the_table_gives_the_predicted_times_back(told, linxiang):
    """As `analyze` would compute them: yard, road at the class's speed and limit, factor of the hours."""
    trips = linxiang.trips(300, 1, odd=0.15)
    used = np.searchsorted(trips.row, told.trips["row"].to_numpy())
    network = RoadNetwork.from_roads(linxiang.area.roads, speeds=told.after)
    start = network.snap(trips.start_lon[used], trips.start_lat[used])
    end = network.snap(trips.end_lon[used], trips.end_lat[used])
    condition = conditions_of(trips.depart_s[used], told.after, "siren")
    factor = np.array([told.after.factor(name) for name in condition])
    expected_s = start.yard_s + find_paths(network, start, end).time_s / factor
    # people who live within fifty metres of a facility are driven up to into its yard
    off_s = told.trips["after_s"].to_numpy() - expected_s
    assert (off_s >= -1e-6).all()
    assert (np.abs(off_s) < 1e-6).mean() > 0.95
    assert (off_s <= end.yard_s + 1e-6).all()


def test_held_out_trips_are_predicted_better_than_before(told):
    before, after = told.fit.loc["before"], told.fit.loc["after"]
    assert after["median_error_share"] < before["median_error_share"]
    assert abs(after["median_ratio"] - 1.0) < abs(before["median_ratio"] - 1.0)
    assert before["n"] == len(told.trips)
    assert not np.allclose(told.trips["held_out_s"], told.trips["after_s"], rtol=1e-3)


def test_what_is_not_driven_moves_along_and_is_said(told):
    classes = told.classes.set_index("highway")
    assert not classes.loc["trunk", "is_measured"]
    assert np.isnan(classes.loc["trunk", "low_kph"])
    assert classes.loc["trunk", "after_kph"] != classes.loc["trunk", "before_kph"]
    ratio = classes["after_kph"] / classes["before_kph"]
    assert ratio["primary_link"] == pytest.approx(ratio["primary"], rel=0.01)
    notes = {note.code: note for note in told.notes}
    assert "trunk" in notes["calibration_never_driven"].names
    assert notes["calibration_conditions_kept"].names == ("normal", "rain")
    assert notes["calibration_left_out"].n == told.n_left_out == len(notes["calibration_left_out"].names)
    assert not set(notes["calibration_left_out"].names) & set(told.trips["id"])
    assert told.after.conditions["rain"] == DEFAULT_SPEEDS.conditions["rain"]


def test_what_is_told_apart_does_not_depend_on_the_times(told, linxiang):
    """Classes kept for a narrow interval alone would be the ones whose intervals are wrong."""
    trips = linxiang.trips(300, 1, odd=0.15)
    rng = np.random.default_rng(7)
    wild = replace(trips, travel_s=trips.travel_s * np.exp(rng.normal(0.0, 0.5, 300)))
    measured = calibrate(linxiang.area, wild).classes["is_measured"]
    assert measured.tolist() == told.classes["is_measured"].tolist()


def test_the_same_seed_gives_the_same_calibration(told, linxiang):
    again = calibrate(linxiang.area, linxiang.trips(300, 1, odd=0.15))
    assert again.after == told.after
    for name in ("classes", "hours", "trips", "fit"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(told, name), check_exact=True)


def test_progress_is_told(linxiang):
    seen = []
    calibrate(linxiang.area, linxiang.trips(40, 3), progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))


def toy_trips(travel_s, *, end=(11.0, 0.1), start=(1.0, 0.1), depart_s=12 * 3600.0) -> Trips:
    n = len(travel_s)
    (lon, lat), (to_lon, to_lat) = _lonlat(*start), _lonlat(*end)
    return Trips(
        id=np.array([str(i) for i in range(n)], dtype=object),
        start_lon=np.full(n, lon),
        start_lat=np.full(n, lat),
        end_lon=np.full(n, to_lon),
        end_lat=np.full(n, to_lat),
        depart_s=np.full(n, depart_s),
        weekday=np.zeros(n, dtype=np.int64),
        travel_s=np.asarray(travel_s, dtype=float),
        row=np.arange(n) + 2,
        source="toy.csv",
    )


def test_one_road_by_hand():
    """100 m of yard at 20 km/h are 18 s; ten kilometres in 600 s are 60 km/h, and not the 70 given."""
    told = calibrate(toy_area(), toy_trips(618.0 * np.exp(np.linspace(-0.1, 0.1, 25))))
    primary = told.classes.set_index("highway").loc["primary"]
    assert primary["after_kph"] == pytest.approx(60.0, abs=0.1)
    assert primary["is_measured"]
    assert primary["length_m"] == pytest.approx(25 * 10_000.0, rel=1e-3)
    assert told.trips["after_s"].to_numpy() == pytest.approx(618.0, abs=1.0)
    assert told.trips["before_s"].to_numpy() == pytest.approx(18 + 36_000 / 70, abs=0.5)
    # nothing else was driven: every class moves by six sevenths
    assert told.after.class_kph["track"] == pytest.approx(20 * 60 / 70, abs=0.06)


def test_the_yard_of_a_facility_at_the_end_is_driven_too():
    """To the health centre over dirt at 20 km/h times 0.7, with 100 m of yard at either end."""
    told = calibrate(toy_area(), toy_trips(np.full(25, 4000.0), end=(26.0, 0.1)))
    assert told.trips["before_s"].iloc[0] == pytest.approx(18 + 17 * 3600 / 70 + 8 * 3600 / 14 + 18, abs=1.0)


def test_a_posted_limit_is_kept():
    area = toy_area()
    edges = area.roads.edges.assign(maxspeed="50")
    area = replace(area, roads=replace(area.roads, edges=edges))
    told = calibrate(area, toy_trips(np.full(25, 18.0 + 36_000 / 40)))
    assert told.after.class_kph["primary"] == pytest.approx(40.0, abs=0.1)
    fast = calibrate(area, toy_trips(np.full(25, 18.0 + 36_000 / 90)))
    assert not fast.classes.set_index("highway").loc["primary", "is_measured"]


def test_the_commonest_hours_are_the_yardstick_where_all_drove_then():
    told = calibrate(toy_area(), toy_trips(np.full(30, 618.0), depart_s=2 * 3600.0))
    night = told.hours.set_index("condition").loc["night"]
    assert night["factor"] == DEFAULT_SPEEDS.conditions["night"]
    factor = told.after.factor("night")
    assert told.after.class_kph["primary"] * factor == pytest.approx(60.0, abs=0.1)


@pytest.mark.parametrize("tag", [["primary", "track"], ["track", "primary"], "primary; track"])
def test_the_slowest_of_several_classes_governs_a_road(tag):
    area = toy_area()
    edges = area.roads.edges
    edges = edges.assign(highway=pd.Series([tag] * len(edges), index=edges.index, dtype=object))
    ways = lay_ways(replace(area.roads, edges=edges), DEFAULT_SPEEDS)
    assert {ways.classes[k] for k in ways.way_class} == {"track"}
    speed_kph = np.full(len(ways.classes), 20.0)
    np.testing.assert_allclose(ways.driven_at(speed_kph).forward_s, ways.network.forward_s)


def test_held_out_trips_take_the_ways_of_the_other_folds_speeds(linxiang, monkeypatch):
    asked = []

    def noted(self, class_kph):
        asked.append(tuple(class_kph))
        return driven_at(self, class_kph)

    driven_at = Ways.driven_at
    monkeypatch.setattr(Ways, "driven_at", noted)
    rounds = []
    calibrate(linxiang.area, linxiang.trips(60, 4), progress=lambda done, _: rounds.append(done))
    # the first round of each fold begins at the ways of all trips
    assert len(set(asked[len(rounds) :])) == 1 + 2 * N_FOLDS


@pytest.mark.parametrize(("spread", "widening"), [(0.01, 1.0), (1.0, None)])
def test_intervals_are_widened_where_speeds_move_more_than_they_say(spread, widening):
    beta = spread * np.random.default_rng(1).normal(0.0, 0.5, (N_FOLDS, 40))
    found = _widening(beta, np.full(40, 0.25))
    # (n - 1) times the variance of five draws is four times that of one, with four degrees of freedom
    assert found == (widening or pytest.approx(2.0 * np.sqrt(4 / 5), rel=0.25))
    assert _widening(np.zeros((N_FOLDS, 2)), np.array([0.0, np.inf])) == 1.0


def test_own_hours(linxiang):
    told = calibrate(
        linxiang.area, linxiang.trips(60, 4), hours={"06:00-18:00": "siren", "18:00-06:00": "night"}
    )
    assert told.hours["hours"].tolist() == ["06:00-18:00", "18:00-06:00"]
    assert dict(told.after.hours) == {"06:00-18:00": "siren", "18:00-06:00": "night"}


@pytest.mark.parametrize(
    ("trips", "message", "zh"),
    [
        (toy_trips(np.full(19, 600.0)), "19 of 19 trips can be used, and 20 are needed", "仅19次可用"),
        (toy_trips(np.full(40, -600.0)), "0 of 40 trips", "仅0次可用"),
        (toy_trips(np.full(40, 600.0), end=(25.0, -6.0)), "without a way by road 40", "无道路可达40次"),
        (toy_trips(np.full(40, 600.0), end=(1.1, 0.1)), "shorter than 300 m", "短于300米"),
    ],
)
def test_too_few_trips_are_one_line(trips, message, zh):
    with pytest.raises(CalibrationError, match=message) as caught:
        calibrate(toy_area(), trips)
    assert zh in caught.value.zh
    assert "\n" not in str(caught.value)


def test_hours_of_an_unknown_condition_are_one_line():
    with pytest.raises(SpeedError, match="unknown condition 'rush'"):
        calibrate(toy_area(), toy_trips(np.full(40, 600.0)), hours={"07:00-09:00": "rush"})


def test_a_table_without_the_siren_has_a_yardstick_too():
    table = replace(DEFAULT_SPEEDS, conditions=frozen_table({"day": 0.9, "peak": 0.6}))
    told = calibrate(toy_area(), toy_trips(np.full(30, 618.0)), speeds=table)
    assert told.after.class_kph["primary"] * 0.9 == pytest.approx(60.0, abs=0.1)
