"""From a study area and a wish to proposed sites, what each adds, and the county before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.analysis import Note
    from coverage.assessment import Assessment, Verdict
    from coverage.routing.isochrones import Isochrone
    from coverage.routing.speeds import SpeedTable
    from coverage.scenario import Option
    from coverage.siting.plan import SitingPlan
    from coverage.standards import ResponseStandard
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


@dataclass(frozen=True)
class Wish:
    """
    What is asked for; of `count`, `budget_wan` and `reach` one is given.

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
        Numbers of new sites for the curve; empty where none is wanted.
    close_allowed
        Whether existing sites that need not be kept may close, and their number be built elsewhere.
    keep
        Ids of existing sites that stay in any case; None for all.
    busy
        Share of the time an ambulance is busy (``expected-covering``).
    outer_factor
        The wide limit of ``double-standard``, as a multiple of each point's own limit.
    time_limit_s
        For each plan.
    """

    kind: Kind
    model: Model
    count: int | None = None
    budget_wan: float | None = None
    reach: float | None = None
    sweep: tuple[int, ...] = ()
    close_allowed: bool = False
    keep: tuple[str, ...] | None = None
    busy: float = 0.3
    outer_factor: float = 2.0
    time_limit_s: float = 60.0


@dataclass(frozen=True)
class Situation:
    """
    A county before or after the plan.

    Parameters
    ----------
    area
        The study area, with the facilities as they then are.
    assessment
        Of the promise that is planned for: response on its own clock, or people's own travel.
    other_clock
        Response on the other clock; None where people travel themselves.
    areas
        What is reached within each limit (or whence one arrives within it), ascending and nested.
    """

    area: StudyArea
    assessment: Assessment
    other_clock: Assessment | None
    areas: tuple[Isochrone, ...]

    @property
    def standard(self) -> ResponseStandard:
        """The promise, on its own clock."""
        return self.assessment.standard


@dataclass(frozen=True)
class VerdictChange:
    """A township whose verdict is another one than before."""

    township_id: str
    name: str
    before: Verdict
    after: Verdict


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
    """

    id: str
    name: str
    covered_population: float


@dataclass(frozen=True)
class ProposedSite:
    """
    One site of the plan that is not there yet.

    Parameters
    ----------
    rank
        1 adds most; each further one adds most to those before it.
    id, name, kind
        As the facility is then called.
    facility_id
        The existing facility that it becomes part of; empty for a new place.
    origin
        Why it was a candidate: ``facility``, ``seat``, ``settlement``, ``road`` or ``file``.
    lon, lat
        WGS84 degrees.
    ambulances
        How many it gets.
    cost_wan
        万元; NaN where not known.
    added_population
        People newly covered by it, those of lower rank (and the closures) being done.
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
        The model's answer.
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

    @property
    def area(self) -> StudyArea:
        """The study area as it is."""
        return self.before.area
