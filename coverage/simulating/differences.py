"""Options held against the county as it is and against each other, replication by replication."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from coverage.simulating.estimates import estimate_difference
from coverage.simulating.figures import group_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.simulating.estimates import Finding
    from coverage.simulating.figures import Grouping
    from coverage.simulating.stage import Stage
    from coverage.simulation import Played

TODAY = "0"
"""Key of the county as it is."""
MEASURES = ("within_share", "mean_s", "median_s", "p90_s", "waited_share", "lost_share")
_GROUPS = ("all", "class")
_GROUPS_OF_TODAY = (*_GROUPS, "township")
_DUST = 1e-9  # what adding up in another order may leave where nothing differs
COLUMNS = ("key", "against", "group", "id", "name", "measure", "value", "low", "high", "is_clear")


def differ(stages: Sequence[Stage], keys: Sequence[str], played: Sequence[Sequence[Played]]) -> pd.DataFrame:
    """
    Hold each outcome against those before it.

    Parameters
    ----------
    stages, keys
        The outcomes, the county as it is first.
    played
        Their replications in the same order, played with the same random numbers.

    Returns
    -------
    DataFrame
        As `coverage.simulation.Simulation.differences`; empty where there is no option.
    """
    found = [
        group_findings(stage, mine, _GROUPS_OF_TODAY) for stage, mine in zip(stages, played, strict=True)
    ]
    tables = [_table(keys[j], keys[i], found[j], found[i]) for i, j in combinations(range(len(keys)), 2)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def _table(
    key: str,
    against: str,
    mine: Sequence[tuple[Grouping, dict[str, Finding]]],
    base: Sequence[tuple[Grouping, dict[str, Finding]]],
) -> pd.DataFrame:
    # options are held against each other as a whole; a township has a column for each against today
    wanted = _GROUPS_OF_TODAY if against == TODAY else _GROUPS
    tables = []
    for (grouping, figures), (_, base_figures) in zip(mine, base, strict=True):
        if grouping.name not in wanted:
            continue
        for measure in MEASURES:
            found = estimate_difference(figures[measure], base_figures[measure])
            tables.append(
                pd.DataFrame(
                    {
                        "key": key,
                        "against": against,
                        "group": grouping.name,
                        "id": grouping.ids,
                        "name": grouping.names,
                        "measure": measure,
                        "value": found.value,
                        "low": found.low,
                        "high": found.high,
                        "is_clear": (found.low > _DUST) | (found.high < -_DUST),
                    },
                    columns=list(COLUMNS),
                )
            )
    return pd.concat(tables, ignore_index=True)
