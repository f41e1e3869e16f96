"""Background tiles, for those who ask for them: the one thing a map may fetch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from coverage.errors import TilesError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.wording import Lang

_OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_TIANDITU = "https://t{s}.tianditu.gov.cn/DataServer?T={layer}&x={x}&y={y}&l={z}&tk="
_HOST = re.compile(r"[a-z0-9{}.-]+(:\d+)?", re.IGNORECASE)
_BLANK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Tiles:
    """
    Background tiles in Web Mercator on WGS84.

    Parameters
    ----------
    urls
        Templates with ``{z}``, ``{x}`` and ``{y}``, the lowest layer first.
    host
        What the page's content security policy lets it fetch from.
    credit
        Name of whoever must be credited, and the page that says so (may be empty).
    options
        Of Leaflet's tile layer.
    """

    urls: tuple[str, ...]
    host: str
    credit: tuple[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)


def parse_tiles(text: str, lang: Lang = "zh") -> Tiles:
    """
    Read the option ``--tiles``.

    Parameters
    ----------
    text
        ``osm``, ``tianditu:KEY``, or a URL template with ``{z}``, ``{x}`` and ``{y}``.
    lang
        Language of the credit.

    Raises
    ------
    TilesError
        If it is none of these.
    """
    if text == "osm":
        credit = "© OpenStreetMap 贡献者" if lang == "zh" else "© OpenStreetMap contributors"
        return Tiles(
            (_OSM,),
            "https://tile.openstreetmap.org",
            (credit, "https://www.openstreetmap.org/copyright"),
            {"maxZoom": 19},
        )
    if text.startswith("tianditu:"):
        return _tianditu(text.removeprefix("tianditu:").strip(), lang)
    parts = urlsplit(text)
    blanks = set(_BLANK.findall(text))
    is_template = {"z", "x", "y"} <= blanks <= {"z", "x", "y", "s", "r"}
    if parts.scheme not in ("http", "https") or not is_template or not _HOST.fullmatch(parts.netloc):
        raise TilesError(
            f"--tiles {text} is no tile service: give osm, tianditu:KEY or a URL with {{z}}, {{x}} and {{y}}",
            zh=f"--tiles {text} 不是可用的底图：请用 osm、tianditu:密钥，或含 {{z}}、{{x}}、{{y}} 的网址",
        )
    return Tiles((text,), f"{parts.scheme}://{_policy_host(parts.netloc)}", (parts.netloc, ""), {})


def _tianditu(key: str, lang: Lang) -> Tiles:
    """Give the vector map of Tianditu and its lettering; it is not shifted, and needs a key."""
    if not key:
        raise TilesError(
            "--tiles tianditu: has no key: give tianditu:KEY, as registered at tianditu.gov.cn",
            zh="--tiles tianditu: 缺少密钥：请在天地图官网申请后用 tianditu:密钥",
        )
    urls = tuple(_TIANDITU.replace("{layer}", layer) + quote(key, safe="") for layer in ("vec_w", "cva_w"))
    credit = "天地图（国家地理信息公共服务平台）" if lang == "zh" else "Tianditu (天地图)"
    return Tiles(
        urls,
        "https://*.tianditu.gov.cn",
        (credit, "https://www.tianditu.gov.cn"),
        {"subdomains": "01234567", "maxZoom": 18},
    )


def _policy_host(netloc: str) -> str:
    """Replace every part of a host up to the last blank by the policy's one wildcard."""
    labels = netloc.split(".")
    blanks = [i for i, label in enumerate(labels) if "{" in label]
    return ".".join(["*", *labels[blanks[-1] + 1 :]]) if blanks else netloc
