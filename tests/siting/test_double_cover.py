"""Two ambulances near for most people, one within the wide limit for everyone."""

from __future__ import annotations

import math
import re
import signal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import SitingError, UnreachableError
from coverage.siting import double_cover as module
from coverage.siting.double_cover import double_standard
from oracles import siting as oracle
from strategies import siting_cases

# A town (rows 0 and 1, sites 0 and 1) and a village in the hills (row 2, site 2) that site 1 reaches at last.
NEAR = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]])
WIDE = np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1]])
PEOPLE = np.array([60.0, 30.0, 10.0])


class TestByHand:
    def test_two_for_the_town_and_the_hills_from_afar(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 2, share=0.9)
        assert plan.sites == (0, 1)
        assert (plan.objective, plan.status, plan.bound) == (60.0, "optimal", 60.0)
        assert plan.covered.tolist() == [1.0, 0.0, 0.0]

    def test_the_share_moves_one_to_the_hills(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 2, share=1.0)
        assert (plan.sites, plan.objective) == ((0, 2), 0.0)

    def test_several_at_a_site(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 3, share=1.0)
        assert (plan.sites, plan.objective) == ((0, 0, 2), 90.0)

    def test_one_at_a_site(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 3, share=1.0, max_per_site=1)
        assert (plan.sites, plan.objective) == ((0, 1, 2), 60.0)

    def test_one_at_one_of_the_sites(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 4, max_per_site=[1, 4, 4])
        assert (plan.sites, plan.objective) == ((0, 1, 2, 2), 70.0)

    def test_half_a_second_ambulance_is_none(self):
        plan = double_standard([[1]], [[1]], [10], 1, share=0.5)
        assert plan.objective == 0.0

    def test_what_changes_nothing_stays_home(self):
        assert double_standard(NEAR, WIDE, PEOPLE, 50).sites == (0, 0, 2, 2)

    def test_fixed_sites(self):
        plan = double_standard(NEAR, WIDE, PEOPLE, 3, share=0.9, fixed=[2])
        assert (plan.sites, plan.objective) == ((0, 0, 2), 90.0)

    def test_points_without_people_need_not_be_reached(self):
        near = np.vstack([NEAR, np.zeros(3)])
        wide = np.vstack([WIDE, np.zeros(3)])
        assert double_standard(near, wide, [*PEOPLE, 0], 2).objective == 60.0


@given(
    case=siting_cases(most_sites=6, most_demand=14),
    p=st.integers(1, 5),
    share=st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.0]),
    most_each=st.sampled_from([None, 1, 2]),
)
@settings(deadline=None, max_examples=100)
def test_like_brute_force(case, p, share, most_each):
    p = max(p, len(case.fixed), 1)
    lived = case.weight > 0
    near, wide, people = case.cover[lived], case.wide[lived], case.weight[lived]
    ways = oracle.all_units(case.n_sites, p, most_each or p)
    ways = ways[oracle.keeps(ways, fixed=case.fixed)]
    fine = ways[oracle.keeps_standards(near, wide, people, ways, share)]
    options = {"share": share, "fixed": case.fixed, "max_per_site": most_each}
    if not len(fine):
        with pytest.raises(SitingError) as caught:
            double_standard(case.cover, case.wide, case.weight, p, **options)
        possible = re.search(r"at most ([\d.]+)%", str(caught.value))
        if possible:
            reaching = ways[(oracle.times_covered(wide, ways) >= 1).all(axis=1)]
            most = 100 * oracle.maximal(near, people, reaching).max() / people.sum()
            assert 0 <= most - float(possible[1]) < 0.011
        elif not isinstance(caught.value, UnreachableError):
            assert not (oracle.times_covered(wide, ways) >= 1).all(axis=1).any()
        return
    plan = double_standard(case.cover, case.wide, case.weight, p, **options)
    units = oracle.units_of(plan.sites, case.n_sites)
    best = oracle.twice(near, people, fine).max()
    assert math.isclose(plan.objective, best, rel_tol=2e-6, abs_tol=2e-6)
    assert plan.status == "optimal"
    assert plan.bound >= best * (1 - 1e-9)
    assert math.isclose(plan.objective, case.weight @ plan.covered, rel_tol=1e-12)
    assert oracle.keeps_standards(near, wide, people, units, share)
    assert units.sum() <= p
    assert units.max() <= (most_each or p)
    assert (units[list(case.fixed)] >= 1).all()


class TestRefuses:
    def test_points_nobody_reaches(self):
        with pytest.raises(UnreachableError, match="demand points 1 within the wide limit") as caught:
            double_standard([[1, 0], [0, 0]], [[1, 1], [0, 0]], [1, 1], 1)
        assert caught.value.points == (1,)
        assert "较宽时限" in caught.value.zh

    def test_too_few_for_everyone(self):
        with pytest.raises(SitingError, match="give at least 3") as caught:
            double_standard(np.eye(3), np.eye(3), [1, 1, 1], 2, share=0)
        assert "至少需要 3 辆" in caught.value.zh

    def test_too_few_for_the_share(self):
        with pytest.raises(SitingError, match=r"at most 90% of the people .* not 95%"):
            double_standard(NEAR, [[1] * 3] * 3, PEOPLE, 1, share=0.95)

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"share": 1.1}, "from 0 to 1"),
            ({"share": np.nan}, "from 0 to 1"),
            ({"p": 0}, "number of sites"),
            ({"p": 1.5}, "number of sites"),
            ({"p": 1, "fixed": [0, 1]}, "to be kept"),
            ({"fixed": [3]}, "no candidates"),
            ({"weight": [1, 2]}, "weights of shape"),
            ({"weight": [0, 0, 0]}, "every weight is 0"),
            ({"max_per_site": [1, 2]}, "one a site"),
            ({"max_per_site": 0.5}, "not whole"),
            ({"max_per_site": -1}, "negative"),
            ({"max_per_site": 0, "fixed": [1]}, "sites 1:"),
            ({"cover_wide": NEAR[:2]}, "must hold all"),
            ({"cover_wide": np.eye(3)}, "must hold all"),
            ({"cover_near": np.zeros((3, 3))}, "reaches anybody"),
        ],
    )
    def test_figures_that_are_none(self, wrong, says):
        right = {"cover_near": NEAR, "cover_wide": WIDE, "weight": PEOPLE, "p": 2}
        with pytest.raises(SitingError, match=says):
            double_standard(**right | wrong)


@pytest.fixture(scope="module")
def region() -> dict[str, object]:
    """Give 300 villages and 80 sites: the proof takes a while."""
    rng = np.random.default_rng(2)
    villages, sites = rng.random((300, 2)), rng.random((80, 2))
    away = np.hypot(*(villages[:, None] - sites[None]).transpose(2, 0, 1))
    people = np.round(rng.lognormal(4, 1, 300))
    return {"cover_near": away < 0.12, "cover_wide": away < 0.4, "weight": people, "p": 16, "share": 0.6}


class TestStopped:
    def test_no_time_gives_the_greedy_plan(self, region):
        plan = double_standard(**region, time_limit_s=0)
        assert plan.status == "time_limit"
        assert 0 < plan.objective < plan.bound <= region["weight"].sum()

    def test_no_time_and_no_plan(self, region, monkeypatch):
        monkeypatch.setattr(module, "_greedy", lambda _: None)
        with pytest.raises(SitingError, match="time limit"):
            double_standard(**region, time_limit_s=0)

    def test_interruption_gives_the_best_so_far(self, region):
        def interrupt(**_):
            signal.raise_signal(signal.SIGINT)

        plan = double_standard(**region, progress=interrupt)
        assert plan.status == "interrupted"
        assert plan.objective > 0

    def test_progress_is_told_in_people(self, region):
        heard = []
        plan = double_standard(**region, time_limit_s=1, progress=lambda **told: heard.append(told))
        assert heard
        assert all(told["bound"] >= plan.bound * (1 - 1e-6) for told in heard)
        assert all(told["best"] <= plan.objective * (1 + 1e-6) for told in heard)

    def test_a_plan_that_falls_short_when_recounted_is_not_taken(self, monkeypatch):
        solve, told = module.solve, []

        def short(*args, **options):
            answer = solve(*args, **options)
            told.append(options["rows"].shape[0])
            if len(told) == 1:  # as a solver that takes 90 people for everyone
                values = np.append([1.0, 1.0, 0.0], answer.values[3:])
                return type(answer)(values, answer.objective, answer.bound, "optimal", 1)
            return answer

        monkeypatch.setattr(module, "solve", short)
        assert double_standard(NEAR, WIDE, PEOPLE, 2, share=1.0).sites == (0, 2)
        assert told[1] == told[0] + 1
