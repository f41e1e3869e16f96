"""Answers of Overpass, checked and put together to one extract, such as a file gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from coverage.errors import DownloadError
from coverage.sources.osm_file import OsmExtract, OsmObject, part_of
from coverage.sources.osm_server import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coverage.sources.osm_server import Server

_KINDS: Mapping[str, str] = {"node": "n", "way": "w", "relation": "r"}
_MAX_ID = 2**63
_MAX_LON, _MAX_LAT = 180.0, 90.0
_N_SHOWN = 120
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
        all), or is no answer of Overpass, down to the last element.
    """
    answer = read_json(body, server)
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise _unlike_overpass(server)
    if not isinstance(answer.get("osm3s", {}), dict):
        raise _unlike_overpass(server)
    if answer.get("remark"):
        remark = " ".join(str(answer["remark"]).split())
        raise DownloadError(
            f"{server.host} could not finish the answer ({remark}): run the command again later, wait longer "
            f"with --timeout, give another server with {server.option}, or import an extract: "
            "coverage import --osm FILE",
            zh=f"{server.host} 未能完成查询（{remark}）：请稍后重新运行本命令，用 --timeout 延长等待，"
            f"用 {server.option} 换用其他服务器，或改用数据文件导入：coverage import --osm 文件",
        )
    strange = next((element for element in answer["elements"] if not _is_element(element)), None)
    if strange is not None:
        words = " ".join(json.dumps(strange, ensure_ascii=False).split())
        raise _unlike_overpass(server, words if len(words) <= _N_SHOWN else f"{words[:_N_SHOWN]} …")
    return answer


def _unlike_overpass(server: Server, element: str = "") -> DownloadError:
    en, zh = (f" (element {element})", f"（要素 {element}）") if element else ("", "")
    return DownloadError(
        f"{server.host} does not answer as an Overpass server{en}: check the address {server.option} gives",
        zh=f"{server.host} 的应答不符合 Overpass 的格式{zh}：请检查 {server.option} 的网址",
    )


def _is_element(element: Any) -> bool:
    """Tell whether an element has all that is read of it, and of the right kind."""
    if not isinstance(element, dict) or not _is_id(element.get("id")):
        return False
    kind, tags = element.get("type"), element.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        return False
    if kind == "node":
        return _is_degree(element.get("lon"), _MAX_LON) and _is_degree(element.get("lat"), _MAX_LAT)
    if kind == "way":
        nodes = element.get("nodes", [])
        return isinstance(nodes, list) and all(map(_is_id, nodes))
    members = element.get("members", [])
    return kind == "relation" and isinstance(members, list) and all(map(_is_member, members))


def _is_id(number: Any) -> bool:
    # a truth is no number here; tables have 64 bits
    return type(number) is int and 0 < number < _MAX_ID


def _is_degree(degree: Any, limit: float) -> bool:
    return type(degree) in (int, float) and -limit <= degree <= limit  # false for NaN


def _is_member(member: Any) -> bool:
    return (
        isinstance(member, dict)
        and isinstance(member.get("type"), str)
        and member["type"] in _KINDS
        and _is_id(member.get("ref"))
        and isinstance(member.get("role", ""), str)
    )


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
