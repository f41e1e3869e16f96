"""What becomes of the order of the options when things are not as assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.comparing.away import send_away
from coverage.comparing.draws import compare_pairs, draw_outcomes
from coverage.comparing.trials import hold_trials
from coverage.comparison import Robustness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage.comparing.ground import Setting


def hold(
    settings: Sequence[Setting],
    keys: Sequence[str],
    *,
    n_draws: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Robustness:
    """
    Hold every outcome under harder conditions, with each ambulance away, and in counties that may be.

    Parameters
    ----------
    settings
        One an outcome, of one county: as it is first, then the options.
    keys
        Of the outcomes.
    n_draws, seed
        How many counties that may be, 1 or more, and where their random numbers begin, 0 or more.
    progress
        Told after each of them how many of how many are done.

    Raises
    ------
    SpeedError
        If an outcome's speed table lacks a condition that is tried.
    """
    draws = draw_outcomes(settings, n_draws=n_draws, seed=seed, progress=progress)
    return Robustness(
        trials=hold_trials(settings),
        away=tuple(send_away(setting, key) for setting, key in zip(settings, keys, strict=True)),
        draws=draws,
        pairs=compare_pairs(draws, keys),
    )
