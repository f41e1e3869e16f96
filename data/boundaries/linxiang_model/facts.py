"""What is known of Linxiang: codes, names, seats, outline, people, and the facilities that exist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer

WGS84 = "EPSG:4326"
CRS = "EPSG:32649"
"""UTM zone of the county's centroid, the one metric system of the model."""

N_URBAN = 253_804
N_RURAL = 179_396
"""People of the 2020 census, 433,200 in all."""


@dataclass(frozen=True)
class Unit:
    """
    One township or subdistrict.

    Parameters
    ----------
    id, name
        Code of the national list of 2023, and name.
    centre
        Longitude and latitude (WGS84) the township grows from.
    seat_known
        Whether `centre` is the observed seat; it is a modelled centre otherwise.
    urban_weight, rural_weight
        Modelled split of the census' urban and rural people over the units, in thousands.
    head_start_m
        Modelled head start when land is shared out among the centres, metres on level ground.
    """

    id: str
    name: str
    centre: tuple[float, float]
    urban_weight: float
    rural_weight: float
    head_start_m: float = 0.0
    seat_known: bool = True

    @property
    def is_subdistrict(self) -> bool:
        """Whether it is a 街道, which the promise counts as urban."""
        return self.name.endswith("街道")


UNITS = (
    Unit("430682001", "长安街道", (113.457, 29.477), 104.0, 5.0, 1_200),
    Unit("430682003", "桃矿街道", (113.466, 29.371), 6.8, 0.7, -2_600),
    Unit("430682004", "五里牌街道", (113.492, 29.490), 26.0, 12.5, 900, seat_known=False),
    Unit("430682005", "云湖街道", (113.434, 29.459), 36.0, 11.0, 300, seat_known=False),
    Unit("430682101", "忠防镇", (113.498, 29.350), 8.0, 14.5),
    Unit("430682103", "聂市镇", (113.491, 29.576), 10.0, 21.0, 1_500),
    Unit("430682105", "江南镇", (113.437, 29.741), 11.0, 16.5),
    Unit("430682107", "桃林镇", (113.411, 29.343), 12.5, 20.5),
    Unit("430682108", "长塘镇", (113.346, 29.276), 3.5, 9.0),
    Unit("430682109", "白羊田镇", (113.401, 29.222), 4.0, 8.0),
    Unit("430682110", "詹桥镇", (113.602, 29.304), 7.5, 18.0),
    Unit("430682113", "黄盖镇", (113.529, 29.789), 3.0, 4.0),
    Unit("430682114", "羊楼司镇", (113.614, 29.509), 13.5, 23.0),
    Unit("430682115", "坦渡镇", (113.689, 29.591), 8.0, 15.7),
)

OUTLINE = (
    (113.302, 29.628), (113.396, 29.726), (113.566, 29.852), (113.575, 29.835), (113.556, 29.794),
    (113.545, 29.771), (113.555, 29.736), (113.533, 29.686), (113.542, 29.678), (113.603, 29.669),
    (113.646, 29.686), (113.659, 29.687), (113.675, 29.645), (113.698, 29.637), (113.703, 29.612),
    (113.735, 29.591), (113.731, 29.579), (113.706, 29.572), (113.703, 29.557), (113.650, 29.539),
    (113.626, 29.521), (113.638, 29.511), (113.683, 29.512), (113.701, 29.489), (113.749, 29.449),
    (113.731, 29.429), (113.724, 29.395), (113.681, 29.395), (113.662, 29.385), (113.655, 29.336),
    (113.627, 29.321), (113.601, 29.258), (113.585, 29.273), (113.557, 29.272), (113.544, 29.282),
    (113.511, 29.264), (113.483, 29.278), (113.467, 29.265), (113.471, 29.251), (113.404, 29.199),
    (113.367, 29.211), (113.338, 29.202), (113.337, 29.233), (113.308, 29.233), (113.343, 29.279),
    (113.346, 29.305), (113.341, 29.329), (113.302, 29.346), (113.329, 29.377), (113.323, 29.416),
    (113.338, 29.443), (113.372, 29.435), (113.383, 29.447), (113.374, 29.464), (113.351, 29.466),
    (113.358, 29.484), (113.323, 29.494), (113.363, 29.498), (113.367, 29.522), (113.426, 29.530),
    (113.422, 29.548), (113.376, 29.567), (113.429, 29.608), (113.392, 29.627), (113.358, 29.622),
    (113.355, 29.638), (113.345, 29.650), (113.324, 29.620),
)  # fmt: skip
"""The county's outline (WGS84), simplified by hand."""

_TO_METRES = Transformer.from_crs(WGS84, CRS, always_xy=True)


def metres(lon_lat: tuple[tuple[float, float], ...]) -> np.ndarray:
    """
    Bring longitudes and latitudes to the model's metric system.

    Returns
    -------
    ndarray
        Shape (n, 2), metres.
    """
    lon, lat = np.array(lon_lat, dtype=float).T
    return np.column_stack(_TO_METRES.transform(lon, lat))


def outline() -> shapely.Polygon:
    """Give the county's outline in the model's metric system, to the centimetre."""
    return shapely.Polygon(metres(OUTLINE).round(2))


def centres() -> np.ndarray:
    """Give the centres of the units in metres, shape (14, 2), in the order of `UNITS`."""
    return metres(tuple(unit.centre for unit in UNITS))
