"""One door to HiGHS: what it answers, what it refuses, and how it is stopped."""

from __future__ import annotations

import math
import signal
import threading
import time

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from coverage.errors import SitingError
from coverage.siting import highs
from coverage.siting.highs import MilpAnswer, plan_of, solve
from coverage.siting.plan import PROOF_GAP

ONE_ROW = sparse.csr_array([[1.0, 1.0]])


def knapsack(**options) -> MilpAnswer:
    """Pack 3 of value 4, 5 of value 7, 6 of value 8 into 9: the first and the last, worth 12."""
    return solve(
        [4.0, 7.0, 8.0],
        sparse.csr_array([[3.0, 5.0, 6.0]]),
        -np.inf,
        9.0,
        0.0,
        1.0,
        [True, True, True],
        maximise=True,
        **options,
    )


class Endless:
    """A program that no branch and bound ends in a lifetime: a market split (Cornuejols and Dawande 1998)."""

    def __init__(self, n_rows: int = 5, n_columns: int = 40) -> None:
        parts = np.random.default_rng(5).integers(0, 100, (n_rows, n_columns)).astype(float)
        half = np.floor(parts.sum(axis=1) / 2)
        eye = np.eye(n_rows)
        self.objective = np.concatenate([np.zeros(n_columns), np.ones(2 * n_rows)])
        self.rows = sparse.csr_array(np.hstack([parts, eye, -eye]))
        self.half = half
        self.upper = np.concatenate([np.ones(n_columns), np.full(2 * n_rows, np.inf)])
        self.integer = np.arange(n_columns + 2 * n_rows) < n_columns
        self.start = np.concatenate([np.zeros(n_columns), half, np.zeros(n_rows)])

    def solve(self, **options) -> MilpAnswer:
        return solve(
            self.objective, self.rows, self.half, self.half, 0.0, self.upper, self.integer, **options
        )


@pytest.fixture(scope="module")
def endless() -> Endless:
    return Endless()


def no_thread_left() -> bool:
    """Wait for the solvers' threads to end."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if not any(thread.name == "highs" for thread in threading.enumerate()):
            return True
        time.sleep(0.02)
    return False


class TestAnswers:
    def test_most(self):
        answer = knapsack()
        assert answer.values.tolist() == [1.0, 0.0, 1.0]
        assert (answer.status, answer.objective) == ("optimal", 12.0)
        assert math.isclose(answer.bound, 12.0, rel_tol=PROOF_GAP)

    def test_least(self):
        answer = solve([2.0, 3.0], ONE_ROW, 1.5, np.inf, 0, 1, True)
        assert answer.values.tolist() == [1.0, 1.0]
        assert answer.objective == 5.0

    def test_without_whole_numbers(self):
        answer = solve([2.0, 3.0], ONE_ROW, 1.5, np.inf, 0, 1, False)
        assert answer.values.tolist() == [1.0, 0.5]
        assert (answer.status, answer.objective, answer.bound, answer.n_nodes) == ("optimal", 3.5, 3.5, 0)

    def test_no_solution(self):
        answer = solve([1.0, 1.0], ONE_ROW, 3, np.inf, 0, 1, True)
        assert (answer.status, answer.values) == ("infeasible", None)
        assert math.isnan(answer.objective)

    def test_no_rows(self):
        answer = solve([1.0, -1.0], sparse.csr_array((0, 2)), 0, 0, 0, 1, True)
        assert answer.values.tolist() == [0.0, 1.0]

    @given(seed=st.integers(0, 2**32 - 1), maximise=st.booleans())
    @settings(deadline=None, max_examples=40)
    def test_like_another_solver(self, seed, maximise):
        rng = np.random.default_rng(seed)
        n_rows, n_columns = rng.integers(1, 6), rng.integers(1, 9)
        rows = rng.integers(-3, 6, (n_rows, n_columns)).astype(float)
        value, room = rng.integers(-9, 10, n_columns).astype(float), rng.integers(0, 12, n_rows).astype(float)
        integer = rng.random(n_columns) < 0.7
        ours = solve(value, sparse.csr_array(rows), -np.inf, room, 0, 3, integer, maximise=maximise)
        theirs = optimize.milp(
            -value if maximise else value,
            integrality=integer,
            bounds=optimize.Bounds(0, 3),
            constraints=optimize.LinearConstraint(rows, -np.inf, room),
        )
        assert math.isclose(ours.objective, -theirs.fun if maximise else theirs.fun, abs_tol=1e-6)
        assert (rows @ ours.values <= room + 1e-6).all()
        assert (ours.values[integer] == np.round(ours.values[integer])).all()

    def test_other_thread_pools_in_the_same_process(self):
        for threads in (1, 2):
            other = highspy.Highs()
            other.setOptionValue("output_flag", False)
            other.setOptionValue("threads", threads)
            other.addVar(0, 1)
            other.run()
            assert knapsack().objective == 12.0
        assert no_thread_left()


class TestStart:
    def test_a_solution_is_never_lost(self, endless):
        answer = endless.solve(start=endless.start, time_limit_s=0)
        assert answer.status == "time_limit"
        assert answer.objective <= endless.objective @ endless.start
        assert answer.bound <= answer.objective

    def test_one_that_is_none_is_not_believed(self):
        assert knapsack(start=[1.0, 1.0, 1.0]).objective == 12.0

    def test_one_in_part(self):
        assert knapsack(start=[1.0, np.nan, np.nan]).objective == 12.0


class TestRefuses:
    @pytest.mark.parametrize("value", [np.nan, 1e-12])
    def test_matrix(self, value):
        with pytest.raises(SitingError):
            solve([1.0, 1.0], sparse.csr_array([[1.0, value]]), 0, 1, 0, 1, True)

    def test_objective_that_is_no_number(self):
        with pytest.raises(SitingError, match="no numbers"):
            solve([1.0, np.nan], ONE_ROW, 0, 1, 0, 1, True)

    def test_no_end(self):
        with pytest.raises(SitingError, match="without an answer"):
            solve([1.0, 1.0], ONE_ROW, 0, np.inf, 0, np.inf, True, maximise=True)

    @pytest.mark.parametrize("status", [highspy.HighsModelStatus.kNotset, highspy.HighsModelStatus.kUnknown])
    def test_a_status_that_says_nothing(self, monkeypatch, status):
        monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda _: status)
        with pytest.raises(SitingError, match="without an answer"):
            knapsack()

    def test_infeasible_beside_a_solution(self, monkeypatch):
        infeasible = highspy.HighsModelStatus.kInfeasible
        monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda _: infeasible)
        with pytest.raises(SitingError, match="contradicts itself"):
            knapsack(start=[1.0, 0.0, 1.0])

    def test_optimal_without_a_solution(self, monkeypatch):
        monkeypatch.setattr(highs._Model, "holds", lambda *_: False)
        with pytest.raises(SitingError, match="contradicts itself"):
            knapsack()

    def test_a_fault_of_the_solver(self, monkeypatch):
        def broken(_):
            raise MemoryError

        monkeypatch.setattr(highspy.Highs, "run", broken)
        with pytest.raises(MemoryError):
            knapsack()


class TestStopped:
    def test_time_limit(self, endless):
        answer = endless.solve(start=endless.start, time_limit_s=0.5)
        assert answer.status == "time_limit"
        assert answer.bound < answer.objective <= endless.objective @ endless.start
        assert math.isclose(endless.objective @ answer.values, answer.objective)
        assert no_thread_left()

    def test_progress_narrows(self, endless):
        heard = []
        endless.solve(start=endless.start, time_limit_s=1, progress=lambda **told: heard.append(told))
        assert heard
        assert [t["best"] for t in heard] == sorted((t["best"] for t in heard), reverse=True)
        assert [t["seconds"] for t in heard] == sorted(t["seconds"] for t in heard)
        assert all(t["bound"] <= t["best"] for t in heard)

    def test_interruption_gives_the_best_so_far(self, endless):
        def interrupt(**_):
            signal.raise_signal(signal.SIGINT)

        answer = endless.solve(start=endless.start, progress=interrupt)
        assert answer.status == "interrupted"
        assert answer.bound <= answer.objective <= endless.objective @ endless.start
        assert no_thread_left()

    def test_interruption_without_a_solution(self, endless):
        def interrupt(*, best, **_):
            assert best == math.inf
            raise KeyboardInterrupt

        exact = (endless.rows[:, :40], endless.half, endless.half)
        with pytest.raises(KeyboardInterrupt):
            solve(np.zeros(40), *exact, 0, 1, True, progress=interrupt)
        assert no_thread_left()

    def test_a_solver_that_does_not_listen_is_left_behind(self, endless, monkeypatch):
        hear = highs._Run.hear
        deaf = threading.Event()

        def not_now(run, kind, message, told, answer, data):
            hear(run, kind, message, told, answer, data)
            if not deaf.is_set():
                answer.user_interrupt = False

        def interrupt(**_):
            raise KeyboardInterrupt

        monkeypatch.setattr(highs._Run, "hear", not_now)
        monkeypatch.setattr(highs, "GRACE_S", 0.1)
        try:
            answer = endless.solve(start=endless.start, progress=interrupt)
        finally:
            deaf.set()
        assert answer.status == "interrupted"
        assert answer.objective <= endless.objective @ endless.start
        assert no_thread_left()

    def test_a_second_interruption_is_raised(self, endless, monkeypatch):
        waits = []
        wait = threading.Event.wait

        def impatient(event, timeout=None):
            if timeout == highs._ASK_EVERY_S:
                waits.append(timeout)
                if len(waits) > 1:
                    raise KeyboardInterrupt
            return wait(event, timeout)

        monkeypatch.setattr(threading.Event, "wait", impatient)
        with pytest.raises(KeyboardInterrupt):
            endless.solve(start=endless.start)
        assert len(waits) == 3
        monkeypatch.undo()
        assert no_thread_left()

    def test_an_error_of_who_is_told_ends_the_search(self, endless):
        def broken(**_):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            endless.solve(start=endless.start, progress=broken)
        assert no_thread_left()


class TestPlanOf:
    def plan(self, **changed):
        given = {
            "objective": 100.0,
            "bound": 100.0,
            "status": "optimal",
            "covered": np.ones(1),
            "n_nodes": 1,
            "seconds": 0.0,
            "maximise": True,
        }
        return plan_of([2, 0, 2], **given | changed)

    def test_optimal(self):
        plan = self.plan()
        assert (plan.sites, plan.status, plan.gap, plan.bound) == ((0, 2, 2), "optimal", 0.0, 100.0)

    def test_a_proof_in_time_is_a_proof(self):
        assert self.plan(status="time_limit").status == "optimal"
        assert self.plan(status="interrupted").status == "optimal"

    @pytest.mark.parametrize("status", ["time_limit", "interrupted"])
    def test_stopped(self, status):
        plan = self.plan(status=status, bound=110.0)
        assert (plan.status, plan.gap) == (status, pytest.approx(0.1))

    def test_a_bound_that_the_plan_beats_gives_way(self):
        assert self.plan(bound=100.0 - 1e-9).bound == 100.0
        assert self.plan(bound=100.0 + 1e-9, maximise=False).bound == 100.0

    @pytest.mark.parametrize(("maximise", "bound"), [(True, 101.0), (False, 99.0)])
    def test_an_optimum_that_does_not_recount_is_refused(self, maximise, bound):
        with pytest.raises(SitingError, match="calls a plan optimal"):
            self.plan(bound=bound, maximise=maximise)
