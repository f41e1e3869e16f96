"""Which option the figures speak for, and what that hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coverage.comparing.money import SAME_PEOPLE
from coverage.comparison import Advice, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from coverage.comparison import ConditionCode, Outcome, Robustness

BASELINE = "0"
AS_GOOD_SHARE = 0.01
"""A cheaper outcome is as good as the leader that is ahead of it by no more than this share of the people."""
_BETTER = {"met": 3, "partial": 2, "unmet": 1, "unknown": 0}


@dataclass(frozen=True)
class _Field:
    """
    The outcomes side by side.

    Parameters
    ----------
    by_key
        The outcomes, the county as it is first.
    cheaper
        Shape (n_outcomes, n_outcomes), 万元; NaN where two do not compare.
    order
        Keys, most people covered first.
    robustness
        What becomes of that order.
    """

    by_key: Mapping[str, Outcome]
    cheaper: NDArray[np.float64]
    order: Sequence[str]
    robustness: Robustness

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        return {key: row for row, key in enumerate(self.by_key)}

    def cheaper_by(self, key: str, other: str) -> float:
        """Give by how much one is cheaper than another, 万元; NaN where they do not compare."""
        return float(self.cheaper[self.row_of[key], self.row_of[other]])

    def is_clear(self, key: str) -> bool:
        """Tell whether one covers clearly more than the county as it is."""
        return self.robustness.pair(key, BASELINE).sign == "more"

    def is_as_good(self, key: str, other: str) -> bool:
        """Tell whether one is behind another by next to nothing: as computed, drawn and in every trial."""
        ahead = [self.by_key[other].covered_share - self.by_key[key].covered_share]
        ahead.append(self.robustness.pair(other, key).high)
        first, second = self.row_of[key], self.row_of[other]
        ahead += [
            trial.covered_share[second] - trial.covered_share[first] for trial in self.robustness.trials
        ]
        return max(ahead) <= AS_GOOD_SHARE and not self._leaves_the_night(key, other)

    def _leaves_the_night(self, key: str, other: str) -> bool:
        at_night = self.robustness.trial("night").covered_population
        less = at_night[self.row_of[other]] - at_night[self.row_of[key]]
        return self.by_key[key].is_limited and less > SAME_PEOPLE


def advise(
    outcomes: Sequence[Outcome], cheaper: NDArray[np.float64], order: Sequence[str], robustness: Robustness
) -> Advice:
    """
    Say which option the figures speak for.

    It is the one that covers most people of those that clearly cover more than the county as it is, unless a
    cheaper one of them is as good: behind by at most `AS_GOOD_SHARE` of the people as computed, in 97.5 % of
    the paired draws and in every trial, and not behind at night where its bases are not staffed round the
    clock. That nothing is proven either way is not enough to take the cheaper one (a test of equivalence, not
    of difference; Schuirmann 1987). Where none clearly covers more, it is the cheapest that saves money and
    is as good as the county as it is, and otherwise none. What is judged by other limits or speeds takes no
    part.

    Parameters
    ----------
    outcomes
        The county as it is first.
    cheaper
        Shape (n_outcomes, n_outcomes), as `coverage.comparing.money.cheaper_wan` gives it.
    order
        Keys, most people covered first.
    robustness
        What becomes of that order.
    """
    field = _Field({outcome.key: outcome for outcome in outcomes}, cheaper, order, robustness)
    key, leader = _chosen(field)
    apart = tuple(outcome.key for outcome in outcomes if not outcome.is_comparable)
    others = (Condition("not_comparable", names=apart),) if apart else ()
    if key == BASELINE:
        close = tuple(
            k
            for k in order
            if k not in (BASELINE, *apart) and robustness.pair(k, BASELINE).sign == "no_difference"
        )
        return Advice(key, (*((Condition("no_clear_difference", names=close),) if close else ()), *others))
    conditions = (
        *_of_losses(field.by_key[key]),
        *_of_price(field.by_key[key]),
        *_of_order(field, key, leader),
        *_of_what_is_done(field.by_key[key]),
        *others,
        *_of_fleet(field.by_key[key], robustness),
    )
    return Advice(key, conditions)


def _chosen(field: _Field) -> tuple[str, str]:
    """Give the key of the outcome that the figures speak for, and of the one that it is held against."""
    compared = [k for k in field.order if k != BASELINE and field.by_key[k].is_comparable]
    better = [k for k in compared if field.is_clear(k)]
    if better:
        leader = better[0]
        as_good = [k for k in better if field.cheaper_by(k, leader) > 0 and field.is_as_good(k, leader)]
        return max(as_good, key=lambda k: field.cheaper_by(k, leader), default=leader), leader
    people = field.by_key[BASELINE].situation.assessment.totals["all"].population
    saving = [
        k
        for k in compared
        if field.cheaper_by(k, BASELINE) > 0
        and field.by_key[k].lost_population <= AS_GOOD_SHARE * people
        and field.is_as_good(k, BASELINE)
    ]
    key = max(saving, key=lambda k: field.cheaper_by(k, BASELINE), default=BASELINE)
    return key, key


def _of_order(field: _Field, key: str, leader: str) -> Iterator[Condition]:
    """Say how sure the first place is, and what more would cost."""
    mine = field.by_key[key].covered_population
    if not field.is_clear(key):
        yield Condition("saves_money")
    if leader != key:
        more = field.by_key[leader].covered_population - mine
        yield Condition("cheaper_is_as_good", population=more, names=(leader,))
    others = [k for k in field.order if k not in (key, leader, BASELINE) and field.by_key[k].is_comparable]
    close = tuple(k for k in others if field.robustness.pair(key, k).sign == "no_difference")
    if close:
        yield Condition("no_clear_difference", names=close)
    overtaken = tuple(_overtaken(field, key, [*others, BASELINE]))
    yield from overtaken
    if not overtaken and leader == key and others and field.is_clear(key):
        yield Condition("leads_in_every_trial")
    yield from _of_money(field, key)


def _overtaken(field: _Field, key: str, others: Sequence[str]) -> Iterator[Condition]:
    """Say under which trial which other outcome covers more."""
    for trial in field.robustness.trials:
        covered = dict(zip(field.by_key, trial.covered_population, strict=True))
        best = max(others, key=lambda k: covered[k])
        if covered[best] > covered[key] + SAME_PEOPLE:
            more = covered[best] - covered[key]
            yield Condition("overtaken", population=more, names=(str(trial.code), best))


def _of_price(outcome: Outcome) -> Iterator[Condition]:
    """Say what is not priced."""
    if outcome.cost.unpriced:
        yield Condition("cost_unknown", names=outcome.cost.unpriced)


def _of_money(field: _Field, key: str) -> Iterator[Condition]:
    """Say what the last step up the frontier costs."""
    mine = field.by_key[key].covered_population
    below = [
        k
        for k, outcome in field.by_key.items()
        if k not in (key, BASELINE)
        and field.is_clear(k)
        and field.cheaper_by(k, key) > 0
        # where money is short, what is dearer to begin with is no help
        and outcome.cost.capital_wan < field.by_key[key].cost.capital_wan
        and not outcome.dominated_by
        and outcome.covered_population < mine - SAME_PEOPLE
    ]
    if below:
        next_below = max(below, key=lambda k: field.by_key[k].covered_population)
        yield Condition(
            "dear_for_what_it_adds",
            population=mine - field.by_key[next_below].covered_population,
            names=(next_below,),
        )


def _of_losses(outcome: Outcome) -> Iterator[Condition]:
    """Name who pays for it: people and townships that are covered today."""
    table = outcome.townships
    if outcome.lost_population > SAME_PEOPLE:
        losing = table[table["lost_population"] > SAME_PEOPLE]
        losing = losing.sort_values("lost_population", ascending=False, kind="stable")
        yield Condition("people_lost", population=outcome.lost_population, names=tuple(losing["name"]))
    worse = table["verdict_after"].map(_BETTER) < table["verdict_before"].map(_BETTER)
    if worse.any():
        yield Condition("townships_lost", names=tuple(table.loc[worse, "name"]))


def _of_what_is_done(outcome: Outcome) -> Iterator[Condition]:
    """Say what else the option takes for granted."""
    option = outcome.option
    assumed: tuple[tuple[ConditionCode, bool], ...] = (
        ("other_standard", bool(option.standard)),
        ("other_speeds", bool(option.speeds)),
        ("roads_changed", bool(option.roads)),
    )
    for code, holds in assumed:
        if holds:
            yield Condition(code)
    if outcome.is_limited:
        facilities = outcome.area.facilities
        limited = facilities.loc[facilities["hours"] != "", "name"]
        yield Condition("hours_limited", names=tuple(limited))


def _of_fleet(outcome: Outcome, robustness: Robustness) -> Iterator[Condition]:
    """Say what still falls short with it: one ambulance away, the norm, the target."""
    away = next(a for a in robustness.away if a.key == outcome.key)
    if len(away.rows) and away.rows["lost_population"].iloc[0] > SAME_PEOPLE:
        worst = away.rows.iloc[0]
        yield Condition(
            "depends_on_one_ambulance", float(worst["lost_population"]), names=(str(worst["name"]),)
        )
    fleet = outcome.fleet
    if fleet.ambulances < fleet.ambulances_required:
        yield Condition("below_ambulance_norm")
    townships = outcome.situation.assessment.townships
    behind = townships.loc[townships["verdict"].isin(["partial", "unmet"]), "name"]
    if len(behind):
        totals = outcome.situation.assessment.totals["all"]
        missing = totals.population - totals.covered_population
        yield Condition("below_target", population=missing, names=tuple(behind))
