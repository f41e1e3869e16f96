"""Which option the figures speak for, and what that hangs on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.comparing.money import SAME_PEOPLE
from coverage.comparison import Advice, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coverage.comparison import ConditionCode, Outcome, Robustness

BASELINE = "0"
AS_GOOD_SHARE = 0.01
"""A cheaper outcome is as good as the leader that is ahead of it by no more than this share of the people."""
_BETTER = {"met": 3, "partial": 2, "unmet": 1, "unknown": 0}


def advise(
    outcomes: Sequence[Outcome], cost_wan: Sequence[float], order: Sequence[str], robustness: Robustness
) -> Advice:
    """
    Say which option the figures speak for.

    It is the one that covers most people, unless a cheaper one is as good: behind by at most
    `AS_GOOD_SHARE` of the people as computed and in 97.5 % of the paired draws, and not behind at night where
    its bases are not staffed round the clock. That nothing is proven either way is not enough to take the
    cheaper one (a test of equivalence, not of difference; Schuirmann 1987). None is advised where the one
    chosen so is not clearly better than the county as it is.

    Parameters
    ----------
    outcomes
        The county as it is first.
    cost_wan
        What each costs, on the basis of the comparison; NaN where not known.
    order
        Keys, most people covered first.
    robustness
        What becomes of that order.
    """
    cost = {outcome.key: wan for outcome, wan in zip(outcomes, cost_wan, strict=True)}
    by_key = {outcome.key: outcome for outcome in outcomes}
    key = _chosen(by_key, order, cost, robustness)
    if key == BASELINE:
        close = tuple(
            k for k in order if k != BASELINE and robustness.pair(k, BASELINE).sign == "no_difference"
        )
        return Advice(key, (Condition("no_clear_difference", names=close),) if close else ())
    conditions = (
        *_of_order(by_key, key, order, cost, robustness),
        *_of_losses(by_key[key]),
        *_of_what_is_done(by_key[key]),
        *_of_fleet(by_key[key], robustness),
    )
    return Advice(key, conditions)


def _chosen(
    by_key: dict[str, Outcome], order: Sequence[str], cost: dict[str, float], robustness: Robustness
) -> str:
    """Give the key of the outcome that the figures speak for."""
    at_night = dict(zip(by_key, robustness.trial("night").covered_population, strict=True))

    def is_clear(key: str) -> bool:
        return key != BASELINE and robustness.pair(key, BASELINE).sign == "more"

    def is_there_at_night(key: str) -> bool:
        return not by_key[key].is_limited or at_night[key] >= at_night[leader] - SAME_PEOPLE

    def is_as_good(key: str) -> bool:
        ahead = by_key[leader].covered_share - by_key[key].covered_share
        return max(ahead, robustness.pair(leader, key).high) <= AS_GOOD_SHARE

    leader = order[0]
    if not is_clear(leader):
        return BASELINE
    if math.isnan(cost[leader]):
        return leader
    as_good = [
        key
        for key in order[1:]
        if is_clear(key) and cost[key] < cost[leader] and is_as_good(key) and is_there_at_night(key)
    ]
    # the first of the cheapest: the order has the one that covers more first
    return min(as_good, key=lambda key: cost[key], default=leader)


def _of_order(
    by_key: dict[str, Outcome],
    key: str,
    order: Sequence[str],
    cost: dict[str, float],
    robustness: Robustness,
) -> Iterator[Condition]:
    """Say how sure the first place is, and what more would cost."""
    mine, leader = by_key[key].covered_population, order[0]
    if leader != key:
        more = by_key[leader].covered_population - mine
        yield Condition("cheaper_is_as_good", population=more, names=(leader,))
    others = [k for k in order if k not in (key, leader, BASELINE)]
    close = tuple(k for k in others if robustness.pair(key, k).sign == "no_difference")
    if close:
        yield Condition("no_clear_difference", names=close)
    keys = list(by_key)
    overtaken = False
    for trial in robustness.trials:
        covered = dict(zip(keys, trial.covered_population, strict=True))
        best = max(keys, key=lambda k: covered[k])
        if best != key and covered[best] > covered[key] + SAME_PEOPLE and best != leader:
            overtaken = True
            yield Condition(
                "overtaken", population=covered[best] - covered[key], names=(str(trial.code), best)
            )
    if not overtaken and leader == key and len(keys) > 2:  # noqa: PLR2004 - with one option there is no order
        yield Condition("leads_in_every_trial")
    yield from _of_money(by_key, key, cost)


def _of_money(by_key: dict[str, Outcome], key: str, cost: dict[str, float]) -> Iterator[Condition]:
    """Say what is not priced, and what the last step up the frontier costs."""
    if by_key[key].cost.unpriced:
        yield Condition("cost_unknown", names=by_key[key].cost.unpriced)
    mine = by_key[key].covered_population
    below = [
        k
        for k, outcome in by_key.items()
        if k not in (key, BASELINE)
        and cost[k] < cost[key]
        and not outcome.dominated_by
        and outcome.covered_population < mine - SAME_PEOPLE
    ]
    if below:
        next_below = max(below, key=lambda k: by_key[k].covered_population)
        yield Condition(
            "dear_for_what_it_adds",
            population=mine - by_key[next_below].covered_population,
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
    # where bases are assumed, the only ambulances that anybody has counted are the option's own
    is_counted = not outcome.situation.assessment.bases_assumed
    if is_counted and fleet.ambulances < fleet.ambulances_required:
        yield Condition("below_ambulance_norm")
    townships = outcome.situation.assessment.townships
    behind = townships.loc[townships["verdict"].isin(["partial", "unmet"]), "name"]
    if len(behind):
        totals = outcome.situation.assessment.totals["all"]
        missing = totals.population - totals.covered_population
        yield Condition("below_target", population=missing, names=tuple(behind))
