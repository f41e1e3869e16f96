"""From a study area and a wish to proposed sites, what each adds, and the county before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from coverage.errors import SitingError

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.analysis import Note
    from coverage.option import Option
    from coverage.routing.speeds import SpeedTable
    from coverage.siting.plan import SitingPlan
    from coverage.situation import Situation, VerdictChange
    from coverage.study_area import StudyArea

Kind = Literal["station", "subcentre"]
Model = Literal[
    "maximal-covering",
    "set-covering",
    "p-median",
    "p-center",
    "backup-covering",
    "double-standard",
    "expected-covering",
    "greedy",
]

MeasureCode = Literal["mean_time", "worst_time", "covered_twice", "within_wide", "expected_covered"]

MOST_SWEPT = 100
"""Points of a curve beyond which somebody has typed something else than they meant."""

# Only these models know what a plan costs; only these say whom a number of sites covers at most.
_OF_MONEY = ("maximal-covering", "greedy")
_OF_CURVES = ("maximal-covering", "set-covering", "greedy")
_OF_MOVES = ("maximal-covering", "greedy")


@dataclass(frozen=True)
class Wish:
    """
    What is asked for; of `count`, `budget_wan` and `reach` one is given, or a sweep alone.

    Parameters
    ----------
    kind
        ``station``: ambulance bases, judged by response on the promise's clock. ``subcentre``: county
        sub-centres, judged by people's own travel to the nearest hospital-grade facility.
    model
        The siting model.
    count
        How many new sites there may be.
    budget_wan
        What new sites may cost together, 万元.
    reach
        Share of the people to be covered, by as few (or as cheap) sites as possible.
    sweep
        Numbers of new sites for the curve of people covered, ascending; empty where none is wanted. Where
        nothing else is given, the largest of them is what is proposed.
    close_allowed
        Whether existing sites that need not be kept may close, and their number be built elsewhere.
    moves
        How many existing sites may at most be built elsewhere, where `close_allowed`.
    keep
        Ids or names of existing sites that stay in any case where others may close; None where none is named.
    busy
        Share of the time an ambulance is busy (``expected-covering``).
    outer_factor
        The wide limit of ``double-standard``, as a multiple of each point's own limit.
    time_limit_s
        For each plan.

    Raises
    ------
    SitingError
        If the wish contradicts itself, or the model cannot answer it.
    """

    kind: Kind
    model: Model
    count: int | None = None
    budget_wan: float | None = None
    reach: float | None = None
    sweep: tuple[int, ...] = ()
    close_allowed: bool = False
    moves: int = 1
    keep: tuple[str, ...] | None = None
    busy: float = 0.3
    outer_factor: float = 2.0
    time_limit_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself before anything is read or computed."""
        _check_words(self)
        _check_goal(self)
        _check_figures(self)
        _check_model(self)
        _check_moves(self)

    @property
    def most(self) -> int | None:
        """How many new sites the plan may have; None where money or a share of the people decides."""
        if self.budget_wan is not None or self.reach is not None:
            return None
        return self.count if self.count is not None else max(self.sweep)


@dataclass(frozen=True)
class Alternative:
    """
    What would have come next, had a site not been to be had.

    Parameters
    ----------
    id, name
        Of the best candidate in the site's place, all other sites kept.
    covered_population
        By the whole plan with it.
    objective
        Of the model, for the whole plan with it: in the unit of the plan's own objective.
    """

    id: str
    name: str
    covered_population: float
    objective: float = math.nan


@dataclass(frozen=True)
class ProposedSite:
    """
    One site of the plan that is not there yet.

    Parameters
    ----------
    rank
        1 adds most by the model's own measure; each further one adds most to those before it.
    id, name, kind
        As the facility is then called.
    facility_id
        The existing facility that it becomes part of; empty for a new place.
    origin
        Why it was a candidate: ``facility``, ``seat``, ``settlement``, ``road`` or ``file``.
    lon, lat
        WGS84 degrees.
    ambulances
        How many it gets, those of bases that close and hand theirs over included.
    cost_wan
        万元; NaN where not known.
    added_population
        People newly covered by it, all sites of today being open and those of lower rank being there; the
        closures come last.
    added
        Ids of the demand points that these people live at, in the order of the study area's table.
    sole_population
        People whom the plan covers by this site alone.
    changes
        Townships whose verdict changes with it, those of lower rank being there.
    alternative
        The next best candidate in its place; None where there is no other.
    """

    rank: int
    id: str
    name: str
    kind: str
    facility_id: str
    origin: str
    lon: float
    lat: float
    ambulances: float
    cost_wan: float
    added_population: float
    added: tuple[str, ...]
    sole_population: float
    changes: tuple[VerdictChange, ...]
    alternative: Alternative | None

    @property
    def townships_gained(self) -> tuple[str, ...]:
        """Names of the townships that this site brings to ``met``."""
        return tuple(change.name for change in self.changes if change.after == "met")


@dataclass(frozen=True)
class SweepPoint:
    """
    What a number of new sites achieves at best.

    Parameters
    ----------
    count
        New sites allowed.
    plan
        The plan, columns as in `Proposal.candidates`.
    names
        Of its new sites, in order of rank.
    population, covered_population
        Of the county after it.
    covered_share
        NaN where nobody lives.
    townships_met
        Number of townships met after it.
    option
        What it would do.
    """

    count: int
    plan: SitingPlan
    names: tuple[str, ...]
    population: float
    covered_population: float
    covered_share: float
    townships_met: int
    option: Option


@dataclass(frozen=True)
class Measure:
    """
    What a model looks at beyond the people covered, without and with the plan.

    Parameters
    ----------
    code
        ``mean_time``: seconds, the people-weighted mean over those who are reached then. ``worst_time``:
        seconds, the longest of theirs. ``covered_twice``: people within the limit of two sites (or
        ambulances). ``within_wide``: people within the wide limit. ``expected_covered``: people who find an
        ambulance free, on average.
    before, after
        Without and with the plan.
    """

    code: MeasureCode
    before: float
    after: float


@dataclass(frozen=True)
class Proposal:
    """
    Everything the reports of ``coverage propose`` show.

    Parameters
    ----------
    wish
        What was asked for.
    candidates
        One row a column of the model, the existing sites first: see `coverage.siting.candidates`.
    plan
        The model's answer; the objective and the bound of ``set-covering`` count new sites.
    sites
        New sites, ranked; empty where nothing is to be gained.
    closed
        Names of existing sites that close.
    before, after
        The county without and with the plan.
    sweep
        The curve of people covered against the number of new sites; empty where not asked for.
    option
        What the plan does, for ``coverage compare``.
    speeds, condition
        The table and the driving condition the times were computed with.
    notes
        What a reader must know.
    measures
        What the model looks at beyond the people covered; empty for models of covering.
    lost_population, lost
        People covered today and not with the plan, because sites close: how many, and the ids of the demand
        points they live at, in the order of the study area's table.
    """

    wish: Wish
    candidates: gpd.GeoDataFrame
    plan: SitingPlan
    sites: tuple[ProposedSite, ...]
    closed: tuple[str, ...]
    before: Situation
    after: Situation
    sweep: tuple[SweepPoint, ...]
    option: Option
    speeds: SpeedTable
    condition: str
    notes: tuple[Note, ...]
    measures: tuple[Measure, ...] = ()
    lost_population: float = 0.0
    lost: tuple[str, ...] = ()

    @property
    def area(self) -> StudyArea:
        """The study area as it is."""
        return self.before.area


def _check_words(wish: Wish) -> None:
    for what, word, words in (("kind", wish.kind, get_args(Kind)), ("model", wish.model, get_args(Model))):
        if word not in words:
            raise SitingError(f"the {what} is {word!r}: choose {', '.join(words)}")


def _check_goal(wish: Wish) -> None:
    """Refuse a wish that asks for nothing, or for two things at once."""
    given = [goal for goal in (wish.count, wish.budget_wan, wish.reach) if goal is not None]
    if len(given) > 1:
        raise SitingError(
            "a number of sites, a budget and a share to reach exclude each other: give one of them",
            zh="新建数量（--count）、预算（--budget）和覆盖目标（--reach）只能给出一项",
        )
    if not given and not wish.sweep:
        raise SitingError(
            "nothing is asked for: give a number of sites (--count), a budget (--budget), "
            "a share to reach (--reach) or a sweep (--sweep)",
            zh="没有说明要什么：请给出新建数量（--count）、预算（--budget）、覆盖目标（--reach）或数量范围（--sweep）",
        )


def _check_figures(wish: Wish) -> None:
    """Refuse figures that no plan can have."""
    if wish.count is not None and wish.count < (0 if wish.close_allowed else 1):
        raise SitingError(
            f"the number of new sites is {wish.count}: give 1 or more, "
            "or --count 0 --close-allowed to move existing sites and add none",
            zh=f"新建数量为 {wish.count}：请给出不小于1的整数；"
            "只调整现有站点、不新增时，请用 --count 0 --close-allowed",
        )
    if wish.budget_wan is not None and not (math.isfinite(wish.budget_wan) and wish.budget_wan >= 0):
        raise SitingError(
            f"the budget is {wish.budget_wan:g}: give 万元, 0 or more",
            zh=f"预算为 {wish.budget_wan:g}：请给出不小于0的金额（万元）",
        )
    if wish.reach is not None and not 0 < wish.reach <= 1:
        raise SitingError(
            f"the share to reach is {wish.reach:g}: give a share above 0 and at most 1, such as 0.95",
            zh=f"覆盖目标为 {wish.reach:g}：请给出大于0、不超过1的比例，例如0.95",
        )
    if wish.sweep and (min(wish.sweep) < 1 or list(wish.sweep) != sorted(set(wish.sweep))):
        raise SitingError(
            "the sweep does not ascend from 1 or more: write for instance 1..8",
            zh="数量范围应从不小于1的整数起递增，例如 1..8",
        )
    if len(wish.sweep) > MOST_SWEPT:
        raise SitingError(
            f"the sweep has more than {MOST_SWEPT} points: ask for fewer",
            zh=f"数量范围超过 {MOST_SWEPT} 个取值：请缩小范围",
        )
    if not wish.time_limit_s > 0:
        raise SitingError(
            f"the time limit is {wish.time_limit_s:g}: give seconds above 0",
            zh=f"求解时限为 {wish.time_limit_s:g}：请给出大于0的秒数",
        )
    if not 0 < wish.busy < 1:
        raise SitingError(
            f"ambulances are busy a share of {wish.busy:g}: give a share between 0 and 1, such as 0.3",
            zh=f"救护车占用率为 {wish.busy:g}：请给出0与1之间的比例，例如0.3",
        )
    if not (math.isfinite(wish.outer_factor) and wish.outer_factor >= 1):
        raise SitingError(
            f"the wide limit is {wish.outer_factor:g} times the limit: give a factor of 1 or more",
            zh=f"外圈时限为时限的 {wish.outer_factor:g} 倍：请给出不小于1的倍数",
        )


def _check_model(wish: Wish) -> None:
    """Refuse a model that cannot answer what is asked."""
    if wish.reach is not None and wish.model != "set-covering":
        raise SitingError(
            f"{wish.model} does not find the fewest sites for a share: with --reach, use set-covering",
            zh=f"{wish.model} 不能求达到覆盖目标所需的最少站点：使用 --reach 时请选择 set-covering",
        )
    if wish.model == "set-covering" and wish.reach is None:
        raise SitingError(
            "set-covering finds how many sites a share takes: give the share with --reach",
            zh="set-covering 用于求达到覆盖目标所需的站点数：请用 --reach 给出覆盖目标",
        )
    if wish.budget_wan is not None and wish.model not in _OF_MONEY:
        raise SitingError(
            f"{wish.model} does not count money: with --budget, use {' or '.join(_OF_MONEY)}",
            zh=f"{wish.model} 不计费用：使用 --budget 时请选择 {' 或 '.join(_OF_MONEY)}",
        )
    if wish.sweep and wish.model not in _OF_CURVES:
        raise SitingError(
            f"{wish.model} draws no curve of people covered: with --sweep, use {' or '.join(_OF_MONEY)}",
            zh=f"{wish.model} 没有覆盖人口曲线：使用 --sweep 时请选择 {' 或 '.join(_OF_MONEY)}",
        )
    if wish.kind == "subcentre" and wish.model == "expected-covering":
        raise SitingError(
            "expected-covering is about ambulances that are busy: choose another model for sub-centres",
            zh="expected-covering 针对救护车占线的情形：次中心请选择其他模型",
        )


def _check_moves(wish: Wish) -> None:
    """Refuse to move existing sites where nothing says how many there may be."""
    if wish.close_allowed and wish.most is None:
        raise SitingError(
            "existing sites can be moved only where the number of new ones is given: use --close-allowed "
            "with --count (0 where none is added)",
            zh="只有给出新增数量时才能调整现有站点：--close-allowed 请与 --count 同用（不新增时为0）",
        )
    if wish.close_allowed and wish.model not in _OF_MOVES:
        raise SitingError(
            f"{wish.model} moves no existing site: with --close-allowed, use {' or '.join(_OF_MOVES)}",
            zh=f"{wish.model} 不能调整现有站点：使用 --close-allowed 时请选择 {' 或 '.join(_OF_MOVES)}",
        )
    if wish.moves < 1:
        raise SitingError(
            f"the number of sites that may move is {wish.moves}: give 1 or more, "
            "or leave --close-allowed out",
            zh=f"允许调整的站点数为 {wish.moves}：请给出不小于1的整数，或去掉 --close-allowed",
        )
    if wish.keep is not None and not wish.close_allowed:
        raise SitingError(
            "sites to be kept are named, but none may close: leave --keep out, or add --close-allowed",
            zh="指定了保留的站点，但没有允许关闭：请去掉 --keep，或加上 --close-allowed",
        )
