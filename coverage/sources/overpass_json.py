"""Answers of Overpass, checked and put together to one extract, such as a file gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.errors import DownloadError
from coverage.sources.osm_file import OsmExtract, OsmObject, part_of
from coverage.sources.osm_server import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coverage.sources.osm_server import Server

_KINDS: Mapping[str, str] = {"node": "n", "way": "w", "relation": "r"}
_ORDER = "wrn"  # of a file that is read: ways and relations first, then the nodes that are places


def read_overpass(body: bytes, server: Server) -> dict[str, Any]:
    """
    Read an answer of Overpass that may be used.

    Parameters
    ----------
    body
        As it came.
    server
        Who sent it.

    Returns
    -------
    dict
        With a list of ``elements``.

    Raises
    ------
    TryAgain
        If it is cut short.
    DownloadError
        If it is a web page, bears a remark (the server ran out of time or memory, and the elements are not
        all), or is no answer of Overpass.
    """
    answer = read_json(body, server)
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise DownloadError(
            f"{server.host} does not answer as an Overpass server: check the address {server.option} gives",
            zh=f"{server.host} 的应答不符合 Overpass 的格式：请检查 {server.option} 的网址",
        )
    if answer.get("remark"):
        remark = " ".join(str(answer["remark"]).split())
        raise DownloadError(
            f"{server.host} could not finish the answer ({remark}): run the command again later, wait longer "
            f"with --timeout, give another server with {server.option}, or import an extract: "
            "coverage import --osm FILE",
            zh=f"{server.host} 未能完成查询（{remark}）：请稍后重新运行本命令，用 --timeout 延长等待，"
            f"用 {server.option} 换用其他服务器，或改用数据文件导入：coverage import --osm 文件",
        )
    return answer


def data_date(answer: Mapping[str, Any]) -> str:
    """Give the date of an answer's data (ISO 8601), empty where it does not say."""
    return str(answer.get("osm3s", {}).get("timestamp_osm_base", ""))


def merge_answers(answers: Iterable[Mapping[str, Any]]) -> OsmExtract:
    """
    Put answers together, what is in several of them once.

    Parameters
    ----------
    answers
        As `read_overpass` gives them.

    Returns
    -------
    OsmExtract
        Its date is that of the oldest answer; its objects are in the order of their ids, whatever was asked
        first.
    """
    nodes: dict[int, tuple[float, float]] = {}
    things: dict[tuple[str, int], OsmObject] = {}
    dates: list[str] = []
    for answer in answers:
        dates.append(data_date(answer))
        for element in answer["elements"]:
            kind, number = _KINDS.get(element["type"]), element["id"]
            if kind == "n":
                nodes[number] = (element["lon"], element["lat"])
            if kind is not None and (kind != "n" or "tags" in element):
                things.setdefault((kind, number), _plain(kind, element))
    parts: dict[str | None, list[OsmObject]] = {}
    for _, thing in sorted(things.items(), key=lambda item: (_ORDER.index(item[0][0]), item[0][1])):
        parts.setdefault(part_of(thing), []).append(thing)
    areas, features = parts.get("area", []), parts.get("feature", [])
    relations = [*areas, *(feature for feature in features if feature.kind == "r")]
    wanted = {ref for relation in relations for kind, ref, _ in relation.members if kind == "w"}
    return OsmExtract(
        date=min((date for date in dates if date), default=""),
        roads=tuple(parts.get("road", [])),
        ferries=tuple(ferry.id for ferry in parts.get("ferry", [])),
        features=tuple(features),
        areas=tuple(areas),
        way_refs={ref: things["w", ref].refs for ref in sorted(wanted) if ("w", ref) in things},
        nodes=nodes,
    )


def _plain(kind: Any, element: Mapping[str, Any]) -> OsmObject:
    """Make an object of an element as Overpass writes it."""
    members = tuple(
        (_KINDS.get(member["type"], ""), member["ref"], member.get("role", ""))
        for member in element.get("members", ())
    )
    return OsmObject(kind, element["id"], element.get("tags", {}), tuple(element.get("nodes", ())), members)
