"""The one place that builds and runs a HiGHS model, and believes none of its statuses unread."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.plan import PROOF_GAP, SitingPlan, relative_gap

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from coverage.siting.plan import Progress, Status

N_THREADS = 1
"""
Threads of every solver in this program: the same plan on every machine.

HiGHS keeps one pool of threads for each thread that calls it, and does not solve a model that asks for
another number than the pool has ("Not Set", objective 0). So there is one number, and each run has a thread
of its own.
"""

GRACE_S = 3.0
"""How long a solver that was asked to stop may take; afterwards its best answer is used without it."""

Ending = Literal["optimal", "time_limit", "interrupted", "infeasible"]

_ASK_EVERY_S = 0.05
_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": N_THREADS,
    "random_seed": 0,
    "mip_rel_gap": PROOF_GAP / 10,
    "mip_abs_gap": PROOF_GAP / 10,
}
_INTERRUPTS = (
    highspy.cb.HighsCallbackType.kCallbackMipInterrupt,
    highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt,
    highspy.cb.HighsCallbackType.kCallbackIpmInterrupt,
)
_IMPROVED = highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution
_OK = highspy.HighsStatus.kOk
_STATUS: dict[highspy.HighsModelStatus, Ending] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
    highspy.HighsModelStatus.kInterrupt: "interrupted",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
}


@dataclass(frozen=True)
class MilpAnswer:
    """
    What a mixed-integer program answers.

    Parameters
    ----------
    values
        Shape (n_columns,), the integer ones rounded; ``None`` where no solution is known.
    objective
        Of `values`, recounted from them; ``nan`` where there are none.
    bound
        No solution is better than this; ``inf`` (``-inf`` when minimising) where nothing is known.
    status
        ``optimal``: objective and bound agree to `coverage.siting.plan.PROOF_GAP`. ``infeasible``: it is
        proven that there is no solution. ``time_limit``, ``interrupted``: stopped before.
    n_nodes
        Nodes of the branch and bound that were looked at.
    """

    values: NDArray[np.float64] | None
    objective: float
    bound: float
    status: Ending
    n_nodes: int


@dataclass(frozen=True)
class _Model:
    """A mixed-integer program as arrays."""

    objective: NDArray[np.float64]
    rows: sparse.csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    column_lower: NDArray[np.float64]
    column_upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    maximise: bool

    @property
    def worst_bound(self) -> float:
        """The bound where nothing is known."""
        return math.inf if self.maximise else -math.inf

    def is_better(self, values: NDArray[np.float64], than: NDArray[np.float64] | None) -> bool:
        """Tell whether one solution beats another."""
        if than is None:
            return True
        gain = float(self.objective @ values) - float(self.objective @ than)
        return gain > 0 if self.maximise else gain < 0

    def holds(self, values: NDArray[np.float64], tolerance: float = 1e-5) -> bool:
        """Tell whether a complete solution keeps every row and bound."""
        if np.isnan(values).any():
            return False
        used = self.rows @ values
        room = tolerance * np.maximum(1.0, abs(self.rows) @ np.abs(values))
        return bool(
            (used >= self.row_lower - room).all()
            and (used <= self.row_upper + room).all()
            and (values >= self.column_lower - tolerance).all()
            and (values <= self.column_upper + tolerance).all()
        )


@dataclass
class _Run:
    """What the thread of the solver and the one that waits for it tell each other."""

    solver: highspy.Highs
    model: _Model
    best: NDArray[np.float64] | None
    bound: float
    n_nodes: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    outcome: list[highspy.HighsStatus | BaseException] = field(default_factory=list)

    def work(self) -> None:
        """Solve; runs in a thread of its own."""
        try:
            self.outcome.append(self.solver.run())
        except BaseException as error:  # noqa: BLE001 - it is raised again by the one who waits
            self.outcome.append(error)
        finally:
            self.done.set()

    def hear(self, kind: Any, _message: str, told: Any, answer: Any, _data: Any) -> None:
        """Take what the solver tells on its way, and tell it when to stop; runs in the solver's thread."""
        if kind == _IMPROVED:
            self.keep(np.array(told.mip_solution, dtype=np.float64))
        elif kind == _INTERRUPTS[0]:
            self.bound = float(told.mip_dual_bound)
            self.n_nodes = max(0, int(told.mip_node_count))
        if self.stop.is_set():
            answer.user_interrupt = True

    def keep(self, values: NDArray[np.float64]) -> None:
        """Keep a solution if it is one, and the best so far."""
        rounded = np.where(self.model.integer, np.round(values), values)
        if self.model.is_better(rounded, self.best) and self.model.holds(rounded):
            self.best = rounded

    @property
    def best_objective(self) -> float:
        """What the best solution so far achieves, the opposite of the bound where there is none."""
        return -self.model.worst_bound if self.best is None else float(self.model.objective @ self.best)


def quiet_solver(time_limit_s: float = math.inf) -> highspy.Highs:
    """
    Give a silent HiGHS with the options of this program.

    Parameters
    ----------
    time_limit_s
        Of each run, seconds.

    Returns
    -------
    highspy.Highs
        `N_THREADS` threads, a fixed seed, gaps below `coverage.siting.plan.PROOF_GAP`, no output.

    Raises
    ------
    SitingError
        If HiGHS refuses an option.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {**_OPTIONS, "time_limit": max(0.0, time_limit_s)}.items():
        _check(solver.setOptionValue(name, value), f"option {name}")
    return solver


def run_apart(solver: highspy.Highs) -> None:
    """
    Run a solver in a thread of its own and wait for it.

    Whatever number of threads a caller's own HiGHS has used in this thread, ours is not refused.

    Parameters
    ----------
    solver
        With its model; its status is to be read by the caller.
    """
    thread = threading.Thread(target=solver.run, name="highs", daemon=True)
    thread.start()
    thread.join()


def solve(
    objective: ArrayLike,
    rows: sparse.csr_array | sparse.csc_array | sparse.coo_array,
    row_lower: ArrayLike,
    row_upper: ArrayLike,
    column_lower: ArrayLike,
    column_upper: ArrayLike,
    integer: ArrayLike,
    *,
    maximise: bool = False,
    start: ArrayLike | None = None,
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> MilpAnswer:
    """
    Solve a mixed-integer program: least (or most) ``objective @ x`` within the limits of rows and columns.

    HiGHS (Huangfu and Hall 2018) runs in a thread of its own; the calling one waits, passes on the progress
    and takes Ctrl-C. The first Ctrl-C asks HiGHS to stop and gives the best solution so far; where there is
    none, or at a second one, it is raised. HiGHS does not listen during presolve and linear programs of the
    branch and bound: it gets `GRACE_S` after a Ctrl-C or the time limit, then the best it has reported is
    used, and it ends behind the scenes as soon as it listens.

    Parameters
    ----------
    objective
        Shape (n_columns,).
    rows
        Shape (n_rows, n_columns), sparse.
    row_lower, row_upper
        Shape (n_rows,) or a number; ``-inf`` and ``inf`` where there is no limit.
    column_lower, column_upper
        Shape (n_columns,) or a number.
    integer
        Shape (n_columns,) or a bool: which columns are whole numbers.
    maximise
        Look for the most instead of the least.
    start
        Shape (n_columns,), a solution to begin with; ``nan`` where unknown. One that is complete and
        allowed is never lost; another one is a hint.
    time_limit_s
        Seconds.
    progress
        Called in the calling thread whenever bound or best solution changed.

    Returns
    -------
    MilpAnswer
        The best solution with its bound.

    Raises
    ------
    SitingError
        If a figure is no number, HiGHS refuses the model, or it ends in another way than
        `MilpAnswer.status` has words for.
    KeyboardInterrupt
        At Ctrl-C, if no solution is known yet, and at a second one.
    """
    model = _model(
        objective, rows, row_lower, row_upper, column_lower, column_upper, integer, maximise=maximise
    )
    run = _Run(_loaded(model, time_limit_s), model, None, model.worst_bound)
    if start is not None:
        _begin_with(run, np.array(start, dtype=np.float64))
    _check(run.solver.setCallback(run.hear, None), "the callback")
    for kind in (*_INTERRUPTS, _IMPROVED):
        _check(run.solver.startCallback(kind), "a callback")
    interrupted = _wait(run, time_limit_s, progress)
    return _answer(run, interrupted=interrupted)


def plan_of(
    sites: ArrayLike,
    *,
    objective: float,
    bound: float,
    status: Ending,
    covered: NDArray[np.float64],
    n_nodes: int,
    seconds: float,
    maximise: bool,
) -> SitingPlan:
    """
    Make a plan of what was recounted and what was proven.

    Parameters
    ----------
    sites
        Numbers of the open sites.
    objective, covered
        Recounted from the model's input for these sites.
    bound
        Proven by a solver; one that the recounted plan beats by rounding gives way.
    status
        Of the search. Whatever it was stopped by, a plan that meets its bound is the best there is.
    n_nodes, seconds
        As of `SitingPlan`.
    maximise
        Whether more is better.

    Raises
    ------
    SitingError
        If the solver calls optimal what does not meet the bound when it is recounted.
    """
    limit = max(bound, objective) if maximise else min(bound, objective)
    gap = relative_gap(objective, limit)
    if gap and status not in {"time_limit", "interrupted"}:
        raise SitingError(
            f"the solver calls a plan optimal that is worth {objective:.9g} and not {bound:.9g}",
            zh=f"求解器称为最优的方案，重新核算后为 {objective:.9g}，而不是 {bound:.9g}",
        )
    ending: Status = "interrupted" if status == "interrupted" else "time_limit"
    numbers = tuple(int(j) for j in np.sort(np.asarray(sites, dtype=np.int64)))
    return SitingPlan(numbers, objective, limit, gap, ending if gap else "optimal", covered, n_nodes, seconds)


def _check(status: highspy.HighsStatus, what: str) -> None:
    """Refuse anything but a clean yes of HiGHS."""
    if status != _OK:
        raise SitingError(
            f"the solver refused {what} ({status}): the figures of the model may be out of range",
            zh=f"求解器拒绝了模型（{what}，{status}）：模型中的数值可能超出范围",
        )


def _model(
    objective: ArrayLike,
    rows: sparse.csr_array | sparse.csc_array | sparse.coo_array,
    row_lower: ArrayLike,
    row_upper: ArrayLike,
    column_lower: ArrayLike,
    column_upper: ArrayLike,
    integer: ArrayLike,
    *,
    maximise: bool,
) -> _Model:
    """Bring what describes a model into its shapes."""
    matrix = sparse.csr_array(rows)
    n_rows, n_columns = matrix.shape

    def shaped(values: ArrayLike, n: int) -> NDArray[np.float64]:
        figures = np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.float64), (n,)))
        if np.isnan(figures).any():
            raise SitingError("the model holds values that are no numbers", zh="模型中有不是数字的值")
        return figures

    return _Model(
        shaped(objective, n_columns),
        sparse.csr_array(
            (shaped(matrix.data, matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape
        ),
        shaped(row_lower, n_rows),
        shaped(row_upper, n_rows),
        shaped(column_lower, n_columns),
        shaped(column_upper, n_columns),
        np.array(np.broadcast_to(np.asarray(integer, dtype=bool), (n_columns,))),
        maximise,
    )


def _loaded(model: _Model, time_limit_s: float) -> highspy.Highs:
    """Give a solver that holds the model, passed as whole arrays."""
    solver = quiet_solver(time_limit_s)
    kinds = np.where(model.integer, int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous))
    sense = highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize
    status = solver.passModel(
        len(model.objective),
        len(model.row_lower),
        model.rows.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(sense),
        0.0,
        model.objective,
        model.column_lower,
        model.column_upper,
        model.row_lower,
        model.row_upper,
        model.rows.indptr.astype(np.int32),
        model.rows.indices.astype(np.int32),
        model.rows.data.astype(np.float64),
        kinds.astype(np.int32),
    )
    _check(status, "the model")
    return solver


def _begin_with(run: _Run, start: NDArray[np.float64]) -> None:
    """Hand over a start, and keep it where it is a solution already."""
    run.keep(start)
    known = np.flatnonzero(~np.isnan(start)).astype(np.int32)
    _check(run.solver.setSolution(len(known), known, start[known]), "the start")


def _wait(run: _Run, time_limit_s: float, progress: Progress | None) -> bool:
    """Wait for the solver, as long as it may take; tell whether Ctrl-C stopped it."""
    began = time.monotonic()
    leave_at = began + max(0.0, time_limit_s) + GRACE_S
    interrupted = False
    told = (math.nan, math.nan)
    threading.Thread(target=run.work, name="highs", daemon=True).start()
    try:
        while time.monotonic() < leave_at:
            try:
                if run.done.wait(_ASK_EVERY_S):
                    break
                now = (run.bound, run.best_objective)
                if progress is not None and now != told and not interrupted:
                    told = now
                    progress(bound=now[0], best=now[1], seconds=time.monotonic() - began)
            except KeyboardInterrupt:
                if interrupted or run.best is None:
                    raise
                interrupted = True
                run.stop.set()
                leave_at = min(leave_at, time.monotonic() + GRACE_S)
    finally:
        run.stop.set()
    return interrupted


def _answer(run: _Run, *, interrupted: bool) -> MilpAnswer:
    """Read what came of a run, and hold it against the model."""
    status: Ending = "time_limit"
    bound, n_nodes = run.bound, run.n_nodes
    if run.done.is_set():
        status = _status(run)
        bound, n_nodes = _proven(run, status)
    if interrupted and status == "time_limit":
        status = "interrupted"
    if status == "infeasible" and run.best is None:
        return MilpAnswer(None, math.nan, bound, status, n_nodes)
    objective = math.nan if run.best is None else float(run.model.objective @ run.best)
    if status == "infeasible" or (status == "optimal" and relative_gap(objective, bound) != 0):
        raise SitingError(
            f"the solver contradicts itself: {status}, objective {objective:.9g}, bound {bound:.9g}",
            zh=f"求解器的结果自相矛盾：{status}，目标值 {objective:.9g}，界 {bound:.9g}",
        )
    return MilpAnswer(run.best, objective, bound, status, n_nodes)


def _status(run: _Run) -> Ending:
    """Say how a run ended, or refuse to."""
    outcome = run.outcome[0]
    if isinstance(outcome, BaseException):
        raise outcome
    found = run.solver.getModelStatus()
    status = _STATUS.get(found)
    if outcome == highspy.HighsStatus.kError or status is None:
        ending = run.solver.modelStatusToString(found)
        raise SitingError(
            f"the solver ended without an answer ({outcome}, {ending})",
            zh=f"求解器没有给出结果（{outcome}，{ending}）",
        )
    return status


def _proven(run: _Run, status: str) -> tuple[float, int]:
    """Keep the solution of a run that ended, and give its bound and nodes."""
    info = run.solver.getInfo()
    is_mixed = bool(run.model.integer.any())
    if info.primal_solution_status == highspy.kSolutionStatusFeasible:
        run.keep(np.array(run.solver.getSolution().col_value, dtype=np.float64))
    if is_mixed:
        return float(info.mip_dual_bound), max(0, int(info.mip_node_count))
    return (float(info.objective_function_value) if status == "optimal" else run.model.worst_bound), 0
