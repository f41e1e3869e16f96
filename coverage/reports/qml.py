"""Layer styles in QGIS' own language (QML), made from a few symbols."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"
_OVER_POINT, _AROUND_POINT = "1", "6"


@dataclass(frozen=True)
class SymbolLayer:
    """
    One layer of a symbol.

    Parameters
    ----------
    kind
        QGIS' class: ``SimpleFill``, ``LinePatternFill``, ``SimpleLine`` or ``SimpleMarker``.
    properties
        By QGIS' names; sizes in millimetres.
    size_expression
        Where given, a marker's size follows from it, feature by feature.
    line
        The line of a pattern.
    """

    kind: str
    properties: Mapping[str, str]
    size_expression: str = ""
    line: SymbolLayer | None = None


@dataclass(frozen=True)
class Category:
    """A value of the styled column (empty: all others), its label, its symbol, and whether QGIS draws it."""

    value: str | float
    label: str
    symbol: tuple[SymbolLayer, ...]
    is_drawn: bool = True


@dataclass(frozen=True)
class Style:
    """
    How QGIS shows a layer.

    Parameters
    ----------
    geometry
        ``fill``, ``line`` or ``marker``.
    categories
        One without a `column` is a single symbol.
    column
        Column whose values choose the category.
    label_column
        Column written beside each feature, where given.
    aliases
        Names of the columns as a reader sees them.
    """

    geometry: str
    categories: Sequence[Category]
    column: str = ""
    label_column: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)

    def to_qml(self) -> str:
        """Give the style as a QML document."""
        root = ET.Element(
            "qgis",
            version=_VERSION,
            styleCategories="Symbology|Labeling|Fields",
            labelsEnabled="1" if self.label_column else "0",
        )
        root.append(self._renderer())
        if self.label_column:
            root.append(_labeling(self.label_column, at_point=self.geometry == "marker"))
        aliases = ET.SubElement(root, "aliases")
        for column, name in self.aliases.items():
            ET.SubElement(aliases, "alias", field=column, name=name)
        ET.indent(root)
        return _DOCTYPE + ET.tostring(root, encoding="unicode")

    def _renderer(self) -> ET.Element:
        kind = "categorizedSymbol" if self.column else "singleSymbol"
        renderer = ET.Element("renderer-v2", type=kind, symbollevels="0", enableorderby="0", forceraster="0")
        if self.column:
            renderer.set("attr", self.column)
            categories = ET.SubElement(renderer, "categories")
            for i, category in enumerate(self.categories):
                kind = "double" if isinstance(category.value, float) else "string"
                value = f"{category.value:g}" if isinstance(category.value, float) else category.value
                ET.SubElement(
                    categories,
                    "category",
                    symbol=str(i),
                    value=value,
                    label=category.label,
                    render="true" if category.is_drawn else "false",
                    type=kind,
                )
        symbols = ET.SubElement(renderer, "symbols")
        for i, category in enumerate(self.categories):
            symbols.append(_symbol(str(i), self.geometry, category.symbol))
        return renderer


def fill(colour: str, alpha: float, *, outline: str, width_mm: float = 0.26) -> SymbolLayer:
    """Fill a polygon with a colour of some transparency (0 clear, 1 solid), and outline it."""
    return SymbolLayer(
        "SimpleFill",
        {
            "color": rgba(colour, alpha),
            "style": "solid" if alpha > 0 else "no",
            "outline_color": rgba(outline),
            "outline_style": "solid",
            "outline_width": f"{width_mm:g}",
            "outline_width_unit": "MM",
            "joinstyle": "bevel",
        },
    )


def hatch(colour: str, *, distance_mm: float = 2.0, angle: float = 45.0) -> SymbolLayer:
    """Hatch a polygon, so that it is told apart on a grey printer too."""
    properties = {"angle": f"{angle:g}", "distance": f"{distance_mm:g}", "distance_unit": "MM"}
    return SymbolLayer("LinePatternFill", properties, line=line(colour, width_mm=0.3))


def line(colour: str, *, width_mm: float, style: str = "solid") -> SymbolLayer:
    """Draw a line: ``solid`` or ``dash``."""
    return SymbolLayer(
        "SimpleLine",
        {
            "line_color": rgba(colour),
            "line_style": style,
            "line_width": f"{width_mm:g}",
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        },
    )


def marker(shape: str, colour: str, *, size_mm: float, size_expression: str = "") -> SymbolLayer:
    """Draw a point: ``circle``, ``square``, ``star``, ``cross_fill``, ``diamond``."""
    return SymbolLayer(
        "SimpleMarker",
        {
            "name": shape,
            "color": rgba(colour),
            "outline_color": rgba("#FFFFFF"),
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "size": f"{size_mm:g}",
            "size_unit": "MM",
        },
        size_expression=size_expression,
    )


def ring(colour: str, *, size_mm: float, width_mm: float) -> SymbolLayer:
    """Draw an empty circle around a point."""
    return SymbolLayer(
        "SimpleMarker",
        {
            "name": "circle",
            "color": rgba("#FFFFFF", 0.35),
            "outline_color": rgba(colour),
            "outline_style": "solid",
            "outline_width": f"{width_mm:g}",
            "outline_width_unit": "MM",
            "size": f"{size_mm:g}",
            "size_unit": "MM",
        },
    )


def rgba(colour: str, alpha: float = 1.0) -> str:
    """Turn ``#RRGGBB`` into QGIS' ``r,g,b,a``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(alpha * 255)}"


def _symbol(name: str, geometry: str, layers: Sequence[SymbolLayer]) -> ET.Element:
    symbol = ET.Element("symbol", name=name, type=geometry, alpha="1", clip_to_extent="1", force_rhr="0")
    for i, layer in enumerate(layers):
        element = ET.SubElement(
            symbol, "layer", {"class": layer.kind, "enabled": "1", "locked": "0", "pass": "0"}
        )
        # up to 3.26 QGIS read <prop>, since then <Option>
        options = ET.SubElement(element, "Option", type="Map")
        for key, value in layer.properties.items():
            ET.SubElement(options, "Option", name=key, value=value, type="QString")
        for key, value in layer.properties.items():
            ET.SubElement(element, "prop", k=key, v=value)
        if layer.size_expression:
            element.append(_data_defined("size", layer.size_expression))
        if layer.line:
            element.append(_symbol(f"@{name}@{i}", "line", (layer.line,)))
    return symbol


def _data_defined(name: str, expression: str) -> ET.Element:
    element = ET.Element("data_defined_properties")
    collection = ET.SubElement(element, "Option", type="Map")
    ET.SubElement(collection, "Option", name="name", value="", type="QString")
    properties = ET.SubElement(collection, "Option", name="properties", type="Map")
    mine = ET.SubElement(properties, "Option", name=name, type="Map")
    ET.SubElement(mine, "Option", name="active", value="true", type="bool")
    ET.SubElement(mine, "Option", name="expression", value=expression, type="QString")
    ET.SubElement(mine, "Option", name="type", value="3", type="int")
    ET.SubElement(collection, "Option", name="type", value="collection", type="QString")
    return element


def _labeling(column: str, *, at_point: bool) -> ET.Element:
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontSize="9",
        fontSizeUnit="Point",
        textColor=rgba("#202020"),
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=rgba("#FFFFFF", 0.85),
    )
    ET.SubElement(settings, "placement", placement=_AROUND_POINT if at_point else _OVER_POINT)
    return labeling
