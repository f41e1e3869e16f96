"""Where facilities help most: candidates, covering and median models, and their solvers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coverage.siting.center import p_center
    from coverage.siting.covering import backup_covering, expected_covering, greedy, maximal_covering
    from coverage.siting.double_cover import double_standard
    from coverage.siting.median import p_median
    from coverage.siting.plan import SitingPlan
    from coverage.siting.set_cover import set_covering

_HOMES = {
    "SitingPlan": "coverage.siting.plan",
    "backup_covering": "coverage.siting.covering",
    "double_standard": "coverage.siting.double_cover",
    "expected_covering": "coverage.siting.covering",
    "greedy": "coverage.siting.covering",
    "maximal_covering": "coverage.siting.covering",
    "p_center": "coverage.siting.center",
    "p_median": "coverage.siting.median",
    "set_covering": "coverage.siting.set_cover",
}

__all__ = [
    "SitingPlan",
    "backup_covering",
    "double_standard",
    "expected_covering",
    "greedy",
    "maximal_covering",
    "p_center",
    "p_median",
    "set_covering",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: whoever lists candidates needs no solver."""
    if name not in _HOMES:
        raise AttributeError(f"module 'coverage.siting' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
