"""What an import is asked to do: the files of each layer, and what they replace of an older study area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from coverage.errors import SourceError

if TYPE_CHECKING:
    import shapely

    from coverage.sources.layer_file import LayerFile
    from coverage.sources.notes import Note
    from coverage.sources.osm_extract import OsmSource
    from coverage.sources.osm_file import OsmObject
    from coverage.study_area import County, Provenance, StudyArea

DEFAULT_BUFFER_M = 20_000.0
DEFAULT_MAX_DEMAND = 50_000
LAYER_OPTIONS = {
    "boundary": "--boundary",
    "townships": "--townships",
    "demand": "--population",
    "facilities": "--facilities",
    "roads": "--roads",
}
"""Every layer that can be replaced, and the option of its file."""


@dataclass(frozen=True)
class Outline:
    """
    A county's outline that is known already.

    Parameters
    ----------
    polygon
        WGS84.
    origin
        Where it came from.
    relation
        Its relation in OpenStreetMap, None where not known.
    notes
        What its file left open.
    """

    polygon: shapely.Polygon | shapely.MultiPolygon
    origin: Provenance
    relation: OsmObject | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Order:
    """
    The files of an import, layer by layer, and what is to be done with them.

    Parameters
    ----------
    county
        Names; an empty `name` is filled from the boundary's relation or the older study area.
    osm
        OpenStreetMap data: roads, and where nothing else is given, townships, settlements and facilities.
    boundary
        Number of the outline's relation, a polygon file, an outline, or ``townships`` for their union.
    township_level
        ``admin_level`` of the townships in `osm`; None takes none from there.
    roads, townships, facilities, population
        Files of single layers; they beat `osm`.
    urban
        Names of townships to class urban.
    buffer_m
        How far beyond the boundary roads and facilities count, metres; None for the older study area's,
        else `DEFAULT_BUFFER_M`.
    scale_to_townships
        Rescale the people of each township to its total.
    max_demand
        Most demand points there may be; None for as many as are kept, else `DEFAULT_MAX_DEMAND`.
    base
        Study area whose layers stay where they are not replaced; None makes a new one.
    replace
        Layers of `base` to replace; empty for those a file is given for.

    Raises
    ------
    SourceError
        If a layer has no source, or a source no layer.
    """

    county: County
    osm: OsmSource | None = None
    boundary: int | LayerFile | Outline | Literal["townships"] | None = None
    township_level: int | None = None
    roads: LayerFile | None = None
    townships: tuple[LayerFile, ...] = ()
    facilities: tuple[LayerFile, ...] = ()
    population: LayerFile | None = None
    urban: tuple[str, ...] = ()
    buffer_m: float | None = None
    scale_to_townships: bool = False
    max_demand: int | None = None
    base: StudyArea | None = None
    replace: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Check that every layer has a source and every source a layer."""
        if self.base is None:
            self._check_complete()
        else:
            self._check_replaced()
        if self.max_demand is not None and self.max_demand < 1:
            raise SourceError(
                f"--max-demand is {self.max_demand}: give 1 or more",
                zh=f"--max-demand 为 {self.max_demand}：应为正整数",
            )

    def _check_complete(self) -> None:
        if self.osm is None and self.roads is None:
            raise SourceError(
                f"there is no study area called {self.county.stem} yet, and a new one needs roads: "
                "give --osm FILE or --roads FILE",
                zh=f"还没有名为 {self.county.stem} 的研究区，新建时需要路网：请用 --osm 或 --roads 提供文件",
            )
        need_outline(self.boundary)

    def _check_replaced(self) -> None:
        given = self._given()
        wished = self.replace or given or self.scale_to_townships or self.max_demand is not None
        if not wished:
            raise SourceError(
                f"nothing to import into {self.county.stem}: give a file, for instance --facilities FILE",
                zh=f"没有要导入 {self.county.stem} 的内容：请给出文件，例如 --facilities 文件",
            )
        unsourced = sorted(self.replace - given - self._of_osm())
        if unsourced:
            option = LAYER_OPTIONS[unsourced[0]]
            word = option.removeprefix("--")
            of_osm = unsourced[0] == "townships" and self.osm is not None and self.osm.graph is None
            more, more_zh = (
                (
                    ", or the --township-level of those in the extract",
                    "，或用 --township-level 给出数据中乡镇的行政级别",
                )
                if of_osm
                else ("", "")
            )
            raise SourceError(
                f"--replace {word} has nothing to put in its place: give {option} FILE{more}",
                zh=f"--replace {word} 没有可替换的数据：请用 {option} 提供文件{more_zh}",
            )
        if self.urban and "townships" not in self.fresh:
            raise SourceError(
                "--urban classes the townships that are imported: give them with it, --townships FILE",
                zh="--urban 只对本次导入的乡镇生效：请同时用 --townships 提供乡镇文件",
            )
        if self.buffer_m is not None and "roads" not in self.fresh:
            raise SourceError(
                "--buffer-km says how far the roads reach: give roads with it, --osm FILE or --roads FILE",
                zh="--buffer-km 是道路的范围：请同时用 --osm 或 --roads 提供路网",
            )
        idle = sorted(given - self.fresh)
        if idle:
            option = LAYER_OPTIONS[idle[0]]
            word = option.removeprefix("--")
            raise SourceError(
                f"{option} is given but --replace keeps that layer: add --replace {word}, or leave the file "
                "away",
                zh=f"给出了 {option}，但 --replace 未包含该图层：请加上 --replace {word}，或去掉该文件",
            )

    def _given(self) -> frozenset[str]:
        """Name the layers that have a file of their own."""
        files = {
            "boundary": self.boundary,
            "townships": self.townships,
            "demand": self.population,
            "facilities": self.facilities,
            "roads": self.roads,
        }
        return frozenset(layer for layer, file in files.items() if file)

    def _of_osm(self) -> frozenset[str]:
        """Name the layers that OpenStreetMap data can fill."""
        if self.osm is None:
            return frozenset()
        if self.osm.graph is not None:
            return frozenset({"roads"})
        levels = {"townships"} if self.township_level is not None else set()
        return frozenset({"roads", "facilities", "demand", *levels})

    @property
    def fresh(self) -> frozenset[str]:
        """Layers that are made anew; the others are those of `base`."""
        if self.base is None:
            return frozenset(LAYER_OPTIONS)
        return self.replace or self._given()

    @property
    def most_demand(self) -> int:
        """The most demand points there may be of people that are made anew."""
        return DEFAULT_MAX_DEMAND if self.max_demand is None else self.max_demand

    @property
    def reach_m(self) -> float:
        """The buffer in force, metres."""
        if self.buffer_m is not None:
            return self.buffer_m
        return self.base.buffer_m if self.base is not None else DEFAULT_BUFFER_M


def need_outline(boundary: object) -> None:
    """
    Refuse a new study area without an outline.

    Raises
    ------
    SourceError
        If `boundary` is None.
    """
    if boundary is None:
        raise SourceError(
            "a new study area needs the county's outline: give either --boundary-relation ID, or --boundary "
            "FILE or townships",
            zh="新建研究区需要县界：请用 --boundary 文件、--boundary-relation 编号"
            "或 --boundary townships 给出",
        )


def need_one_outline(boundary: str | None, boundary_relation: int | None) -> None:
    """
    Refuse an outline that is given twice.

    Raises
    ------
    SourceError
        If both are given.
    """
    if boundary is not None and boundary_relation is not None:
        raise SourceError(
            "the outline is given twice: leave --boundary or --boundary-relation away",
            zh="县界给出了两次：--boundary 和 --boundary-relation 请只用其一",
        )
