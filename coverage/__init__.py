"""Emergency coverage of a county: who is reached in time, from which station, and who is not."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from coverage.version import __version__

if TYPE_CHECKING:
    from coverage.analysis import Analysis, analyze
    from coverage.assessment import Assessment, assess
    from coverage.comparing.recipe import compare
    from coverage.comparison import Comparison
    from coverage.errors import CoverageError
    from coverage.geopackage import read_study_area, write_study_area
    from coverage.option import Option
    from coverage.options.reading import check_option, read_option
    from coverage.proposal import Proposal, Wish
    from coverage.proposing.recipe import propose
    from coverage.routing.isochrones import Isochrone, isochrones
    from coverage.routing.network import RoadNetwork
    from coverage.routing.snapping import Snapped
    from coverage.routing.speeds import SpeedTable
    from coverage.simulating.recipe import simulate
    from coverage.simulation import Rules, Simulation
    from coverage.standards import PROFILES, CareStandard, ResponseStandard
    from coverage.study_area import County, Provenance, Roads, StudyArea


_HOMES = {
    "Analysis": "coverage.analysis",
    "Assessment": "coverage.assessment",
    "CareStandard": "coverage.standards",
    "Comparison": "coverage.comparison",
    "County": "coverage.study_area",
    "CoverageError": "coverage.errors",
    "Isochrone": "coverage.routing.isochrones",
    "Option": "coverage.option",
    "PROFILES": "coverage.standards",
    "Proposal": "coverage.proposal",
    "Provenance": "coverage.study_area",
    "ResponseStandard": "coverage.standards",
    "RoadNetwork": "coverage.routing.network",
    "Roads": "coverage.study_area",
    "Rules": "coverage.simulation",
    "Simulation": "coverage.simulation",
    "Snapped": "coverage.routing.snapping",
    "SpeedTable": "coverage.routing.speeds",
    "StudyArea": "coverage.study_area",
    "Wish": "coverage.proposal",
    "analyze": "coverage.analysis",
    "assess": "coverage.assessment",
    "check_option": "coverage.options.reading",
    "compare": "coverage.comparing.recipe",
    "isochrones": "coverage.routing.isochrones",
    "propose": "coverage.proposing.recipe",
    "read_option": "coverage.options.reading",
    "read_study_area": "coverage.geopackage",
    "simulate": "coverage.simulating.recipe",
    "write_study_area": "coverage.geopackage",
}

__all__ = [
    "PROFILES",
    "Analysis",
    "Assessment",
    "CareStandard",
    "Comparison",
    "County",
    "CoverageError",
    "Isochrone",
    "Option",
    "Proposal",
    "Provenance",
    "ResponseStandard",
    "RoadNetwork",
    "Roads",
    "Rules",
    "Simulation",
    "Snapped",
    "SpeedTable",
    "StudyArea",
    "Wish",
    "__version__",
    "analyze",
    "assess",
    "check_option",
    "compare",
    "isochrones",
    "propose",
    "read_option",
    "read_study_area",
    "simulate",
    "write_study_area",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `coverage --help` loads no geometry."""
    if name not in _HOMES:
        raise AttributeError(f"module 'coverage' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
