"""A Folium map as one file that needs nothing from anywhere: Leaflet, data, styles and policy inside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import folium
from branca.element import Element, Figure
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_FIGURE = """<!DOCTYPE html>
<html lang="{{ this.lang }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{{ this.generator }}">
<title>{{ this.title }}</title>
<style>{{ style|safe }}</style>
</head>
<body>
{{ body|safe }}
{% for script in scripts %}<script>{{ script|safe }}</script>
{% endfor %}</body>
</html>
"""


def json_block(data: object) -> str:
    """
    Write data as JSON that can stand inside a script element.

    Parameters
    ----------
    data
        Anything JSON can say; numbers are finite.

    Returns
    -------
    str
        Without ``<``, ``>``, ``&`` and the line separators that JavaScript once stumbled over.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: _UNSAFE[found.group()], text)


class CountyFigure(Figure):
    """
    The page around a map: its language and title, a strict policy, no link to any other file.

    Parameters
    ----------
    title
        Of the page.
    name
        Of its own rules and script: ``map`` for ``assets/map.css`` and ``assets/map.js``.
    lang
        Its language, as HTML names it.
    generator
        Program and version.
    style
        Rules besides Leaflet's and the page's own.
    image_hosts
        Hosts whose images the page may load; none by default.
    more
        Names of further assets, as in `name`, whose rules and scripts follow the page's own.
    draws_map
        Whether the page needs Leaflet.
    """

    _template = Template(_FIGURE, autoescape=True)

    def __init__(
        self,
        title: str,
        *,
        lang: str,
        generator: str,
        name: str = "map",
        style: str = "",
        image_hosts: Sequence[str] = (),
        more: Sequence[str] = (),
        draws_map: bool = True,
    ) -> None:
        super().__init__(title=title)
        self.names = (name, *more)
        self.draws_map = draws_map
        self.lang = lang
        self.generator = generator
        self.style = style
        self.image_hosts = tuple(image_hosts)

    def render(self, **kwargs: Any) -> str:
        """Give the whole page."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        style = "\n".join([*self._rules(), self.style])
        scripts = self._scripts()
        return str(
            self._template.render(
                this=self,
                policy=self._policy(scripts),
                style=style,
                scripts=scripts,
                body=self.html.render(**kwargs),
            )
        )

    def _rules(self) -> list[str]:
        own = [_asset("geo.css"), *(_asset(f"{name}.css") for name in self.names)]
        return [_leaflet("leaflet.css"), *own] if self.draws_map else own

    def _scripts(self) -> list[str]:
        own = [_asset(f"{name}.js") for name in self.names]
        return [_leaflet("leaflet.js"), _asset("geo.js"), *own] if self.draws_map else own

    def _policy(self, scripts: Sequence[str]) -> str:
        """Allow the page's own scripts, named by their hashes, and nothing else that could run or load."""
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
        return "; ".join(
            [
                "default-src 'none'",
                "script-src " + " ".join(f"'sha256-{digest}'" for digest in digests),
                "style-src 'unsafe-inline'",
                " ".join(["img-src", "data:", *self.image_hosts]),
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )


class _Verbatim(Element):
    """Text that goes into a page as it is; an `Element` would read braces in a name as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        return self.text


class CountyMap(folium.Map):
    """
    A Folium map whose page is written here, with data that the page's own script draws.

    Parameters
    ----------
    page
        What the page's template shows as text.
    data
        What its script draws; see `coverage.reports.map.map_data`.
    location
        Latitude and longitude of the middle.
    """

    def __init__(
        self, page: Mapping[str, Any], data: Mapping[str, Any], *, location: tuple[float, float]
    ) -> None:
        super().__init__(location=location, tiles=None)
        self.default_js, self.default_css = [], []  # folium's own link to ten files elsewhere
        self._name, self._id = "map", "county"  # the same county gives the same file, to the byte
        self._template = _page_template("page.html")
        self.page = page
        self.data = json_block(data)

    def render(self, **kwargs: Any) -> str:
        """Put the map's part into the figure it stands in, and give it."""
        body = str(self._template.make_module().html(self, kwargs))
        figure = cast("CountyFigure", self.get_root())
        figure.html.add_child(_Verbatim(body), name=self.get_name())
        return body


class PageBody(Element):
    """
    A page that is more than a map, with data that its own script draws.

    Parameters
    ----------
    template
        Name of an asset with a macro ``html``.
    page
        What the template shows as text.
    data
        What the script draws, or its text as `json_block` writes it.
    """

    def __init__(self, template: str, page: Mapping[str, Any], data: Mapping[str, Any] | str) -> None:
        super().__init__()
        self._template: Any = _page_template(template)
        self.page = page
        self.data = data if isinstance(data, str) else json_block(data)

    def render(self, **kwargs: Any) -> str:
        """Give the page's body."""
        return str(self._template.make_module().html(self, kwargs))


@cache
def _page_template(name: str) -> Template:
    # a template made by its own class is of that class, which jinja2's constructor does not say
    return cast("Template", Template(_asset(name), autoescape=True, trim_blocks=True, lstrip_blocks=True))


@cache
def _asset(name: str) -> str:
    text = resources.files("coverage.reports").joinpath("assets", name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


@cache
def _leaflet(name: str) -> str:
    """Give Leaflet's own file without the images and the source map it would look for beside itself."""
    text = resources.files("xstatic.pkg.leaflet").joinpath("data", name).read_text(encoding="utf-8")
    text = text.replace("\r\n", "\n")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    if name.endswith(".css"):
        text = re.sub(r"behavior: *url\([^)]*\);", "", text)
        text = re.sub(r"url\([^)]*\)", "none", text)
    return text
