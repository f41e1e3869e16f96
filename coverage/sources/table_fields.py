"""What the columns of a planner's table are called: one list of fields and of all their names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coverage.errors import SourceError
from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coverage.sources.row_account import RowAccount


@dataclass(frozen=True)
class Field:
    """
    One thing that a column can hold.

    Parameters
    ----------
    name
        As the program calls it.
    zh, en
        As a planner calls it, and as the templates head it.
    aliases
        Further headers that mean it, the better ones first; compared as `plain_name` does. They come after
        `zh`, `en` and `name`, unless these are among them.
    units
        Words in brackets behind the header, or behind a figure, that scale it; 0 marks a word that makes
        the column one of something else.
    is_count
        True where a figure is a number of things, so that a merged cell holds one sum and not one figure a
        row.
    none_is_zero
        True where ``无`` is an answer, none, and not a cell that is left open.
    is_duration
        True where a figure is a time that something takes, so that it may be of minutes and seconds.
    """

    name: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    units: Mapping[str, float] = field(default_factory=dict)
    is_count: bool = False
    none_is_zero: bool = False
    is_duration: bool = False

    @property
    def counted(self) -> bool:
        """Whether its figures are of a unit that has to be understood: people, vehicles, seconds."""
        return self.is_count or self.is_duration

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this field, the best first."""
        own = (header for header in (self.zh, self.en, self.name) if header not in self.aliases)
        return tuple(dict.fromkeys((*own, *self.aliases)))


_PEOPLE = {"人": 1.0, "口": 1.0, "人口": 1.0, "万人": 1e4, "万": 1e4, "千人": 1e3, "百人": 1e2}
_PEOPLE |= {"十万人": 1e5, "十万": 1e5, "百万人": 1e6, "百万": 1e6, "千万人": 1e7, "千万": 1e7, "千": 1e3}
_PEOPLE |= {"亿人": 1e8, "亿": 1e8, "万口": 1e4, "w": 1e4}
_PEOPLE |= {"people": 1.0, "persons": 1.0, "person": 1.0, "thousand": 1e3, "thousands": 1e3, "million": 1e6}
_PEOPLE |= {"millions": 1e6, "tenthousand": 1e4, "hundredthousand": 1e5, "k": 1e3}
_PEOPLE |= {"户": 0.0, "户数": 0.0, "%": 0.0, "人/平方公里": 0.0, "人/km2": 0.0}
_SECONDS = {"秒": 1.0, "秒钟": 1.0, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0}
_SECONDS |= {"分": 60.0, "分钟": 60.0, "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0}
_SECONDS |= {"小时": 3600.0, "时": 3600.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0}
_SECONDS |= {"hours": 3600.0, "分:秒": 60.0, "分秒": 60.0, "mm:ss": 60.0, "m:ss": 60.0, "min:s": 60.0}
_VEHICLES = {"辆": 1.0, "台": 1.0, "部": 1.0, "车": 1.0, "vehicles": 1.0}
_WAN_YUAN = {"万元": 1.0, "万": 1.0, "元": 1e-4, "千元": 0.1, "百万元": 100.0, "百万": 100.0, "千万元": 1e3}
_WAN_YUAN |= {"千万": 1e3, "亿元": 1e4, "亿": 1e4, "人民币万元": 1.0, "万元人民币": 1.0, "万人民币": 1.0}
_WAN_YUAN |= {"人民币": 1e-4, "人民币元": 1e-4, "元人民币": 1e-4, "rmb": 1e-4, "cny": 1e-4, "yuan": 1e-4}
_WAN_YUAN |= {"million yuan": 100.0, "millionyuan": 100.0, "10000 yuan": 1.0, "10000yuan": 1.0, "wan": 1.0}
_KPH = {
    "km/h": 1.0,
    "kmh": 1.0,
    "kph": 1.0,
    "公里/小时": 1.0,
    "千米/小时": 1.0,
    "公里/时": 1.0,
    "mph": 1.609344,
}
_DEGREES = {"°": 1.0, "度": 1.0, "deg": 1.0, "degrees": 1.0, "m": 1.0, "米": 1.0}

_LON = Field(
    "lon",
    "经度",
    "longitude",
    (
        *("lng", "long", "东经", "经度坐标", "坐标经度", "经度值", "地理经度", "中心经度", "驻地经度"),
        *("位置经度", "所在经度", "E", "x", "X坐标", "坐标X", "横坐标", "x coordinate", "coord x", "point x"),
        *("longitude x", "seat_lon", "location lng", "东坐标", "easting", "精度"),
    ),
    _DEGREES,
)
_LAT = Field(
    "lat",
    "纬度",
    "latitude",
    (
        *("北纬", "纬度坐标", "坐标纬度", "纬度值", "地理纬度", "中心纬度", "驻地纬度", "位置纬度"),
        *("所在纬度", "N", "y", "Y坐标", "坐标Y", "纵坐标", "y coordinate", "coord y", "point y"),
        *("latitude y", "seat_lat", "location lat", "北坐标", "northing", "维度"),
    ),
    _DEGREES,
)
_LONLAT = Field(
    "lonlat",
    "坐标",
    "coordinates",
    (
        *("经纬度", "经纬度坐标", "坐标经纬度", "经度纬度", "经度,纬度", "地理坐标", "位置坐标", "坐标位置"),
        *("坐标点", "点位坐标", "坐标值", "中心坐标", "驻地坐标", "定位", "location", "lnglat", "lon lat"),
        *("coordinate", "coords", "position", "longitude latitude", "lng lat", "地图坐标", "拾取坐标"),
    ),
)
_SYSTEM = Field(
    "system",
    "坐标系",
    "coordinate system",
    ("坐标系统", "坐标体系", "坐标类型", "坐标系类型", "坐标来源", "crs", "srs", "datum", "coord type"),
)
_POPULATION = Field(
    "population",
    "人口",
    "population",
    (
        *("常住人口", "常住人口数", "常住人口总数", "常住总人口", "实有人口", "实际人口", "普查人口"),
        *(
            "人口普查",
            "人口普查数",
            "七普人口",
            "七普常住人口",
            "第七次人口普查人口",
            "第七次人口普查常住人口",
        ),
        *(
            "现有人口",
            "现住人口",
            "居住人口",
            "人口",
            "population",
            "人口数",
            "人口数量",
            "人口总数",
            "总人口",
            "总人口数",
        ),
        *("全部人口", "服务人口", "服务人口数", "覆盖人口", "辖区人口", "人数", "总人数", "居民人数"),
        *("居民数", "村民人数", "户籍人口", "户籍人口数", "户籍人口总数", "户籍总人口", "户籍人数"),
        *("在册人口", "pop", "total population", "residents", "resident population", "people", "inhabitants"),
        *("population count", "registered population", "census population", "pop total", "n people"),
    ),
    _PEOPLE,
    is_count=True,
)
_TOWNSHIP = Field(
    "township",
    "乡镇",
    "township",
    (
        *("所属乡镇", "乡镇街道", "所属乡镇街道", "乡镇（街道）", "所在乡镇", "所在乡镇街道", "乡镇名称"),
        *(
            "乡镇街道名称",
            "镇乡",
            "镇街",
            "镇（街道）",
            "乡（镇）",
            "乡（镇、街道）",
            "乡镇办",
            "乡镇名",
            "镇",
        ),
        *(
            "街道",
            "街道乡镇",
            "乡镇/街道办",
            "街道（乡镇）",
            "所属镇",
            "所属镇街",
            "所属街道",
            "所属街道乡镇",
        ),
        *("所辖乡镇", "乡级", "乡级行政区", "乡级名称", "四级地名", "township name", "town"),
        *("town name", "subdistrict"),
    ),
)

_COUNTY = Field(
    "county",
    "县",
    "county",
    (
        *("县区", "县市区", "县（市、区）", "区县", "区（县）", "市县", "所属县", "所属县区", "所属县市区"),
        *("所属区县", "所在县", "所在县区", "所在县市区", "所在区县", "县名", "县名称", "县级", "县级名称"),
        *("县级行政区", "区县名称", "县区名称", "县市区名称", "区县名", "district", "county name"),
        *("district name", "NAME_3"),
    ),
)

_CANDIDATE_NAME = Field(
    "name",
    "名称",
    "name",
    (
        *("候选点", "候选点名称", "候选地点", "候选站点", "候选位置", "备选点", "备选点名称", "备选站点"),
        *("拟建站点", "拟建站点名称", "拟建地点", "拟建点", "选址", "选址名称", "选址点", "规划站点"),
        *("点位名称", "站点名称", "地点名称", "机构名称", "单位名称", "站点", "站名", "地点", "地名", "名字"),
        *("candidate", "candidate name", "site", "site name", "location name", "place", "title", "label"),
    ),
)
_CANDIDATE_ID = Field(
    "id",
    "编号",
    "id",
    (
        *("代码", "编码", "候选点编号", "候选点代码", "点位编号", "点位代码", "站点编号", "站点代码"),
        *("备选点编号", "标识", "code", "candidate id", "site id", "uid"),
    ),
)


def _behind(words: Iterable[str], ends: Iterable[str]) -> tuple[str, ...]:
    """Put what is asked for behind every word: 起点 and 经度, origin and longitude."""
    last = tuple(ends)
    return tuple(
        f"{word}{'' if word[-1] > '~' else ' '}{end}"
        for word in words
        for end in last
        if (word[-1] > "~") == (end[-1] > "~")
    )


def _end_fields(
    end: str, zh: str, en: str, words: tuple[str, ...], own: tuple[tuple[str, ...], ...]
) -> tuple[Field, ...]:
    """Give where one end of a trip may stand: two columns, one, or the name of a facility."""
    lon, lat, lonlat, facility = own
    axes = {
        "lon": ("经度", "东经", "longitude", "lon", "lng", "x"),
        "lat": ("纬度", "北纬", "latitude", "lat", "y"),
        "lonlat": ("坐标", "经纬度", "位置坐标", "coordinates", "lonlat", "location"),
    }
    return (
        Field(f"{end}_lon", f"{zh}经度", f"{en} longitude", (*_behind(words, axes["lon"]), *lon), _DEGREES),
        Field(f"{end}_lat", f"{zh}纬度", f"{en} latitude", (*_behind(words, axes["lat"]), *lat), _DEGREES),
        Field(f"{end}_lonlat", f"{zh}坐标", f"{en} coordinates", (*_behind(words, axes["lonlat"]), *lonlat)),
        Field(f"{end}_facility", f"{zh}机构", f"{en} facility", facility),
    )


_TRIP_START = _end_fields(
    "start",
    "起点",
    "start",
    ("起点", "出发", "出发地", "出发点", "出车点", "出车地", "站点", "start", "origin", "from", "departure"),
    (
        (),
        (),
        (),
        (
            *("出发站点", "出车站点", "出车单位", "出车机构", "出发机构", "出发地", "派车站点", "出车分站"),
            *("所属站点", "所属机构", "所属急救站", "急救站", "站点", "分站", "出发站", "起点", "派车单位"),
            *("出车急救站", "start_facility", "start facility id", "origin facility", "station", "base"),
            *("facility", "facility id", "station id", "from facility", "origin", "from"),
        ),
    ),
)
_TRIP_END = _end_fields(
    "end",
    "终点",
    "end",
    (
        *("终点", "到达", "到达地", "目的地", "现场", "事发", "事发地", "患者", "病人", "呼救", "呼救地"),
        *("end", "destination", "dest", "to", "scene", "incident", "patient", "arrival"),
    ),
    (
        ("经度", "longitude", "lon", "lng", "x"),
        ("纬度", "latitude", "lat", "y"),
        ("坐标", "经纬度", "coordinates", "lonlat"),
        (
            *("到达机构", "到达医院", "送达医院", "接收医院", "目的医院", "终点", "目的机构", "目的地"),
            *("end_facility", "end facility id", "destination facility", "hospital", "to facility"),
            *("destination", "to"),
        ),
    ),
)

_VEHICLE_ID = Field(
    "id",
    "车辆编号",
    "vehicle",
    (
        *("id", "编号", "车牌", "车牌号", "车牌号码", "车号", "号牌", "号牌号码", "车辆牌照", "救护车编号"),
        *("救护车牌号", "急救车编号", "车辆代码", "车辆ID", "车载编号", "设备编号", "设备号", "终端编号"),
        *("终端号", "代码", "vehicle id", "ambulance id", "ambulance", "unit", "unit id", "plate"),
        *("licence plate", "license plate", "number plate", "code", "device id"),
    ),
)
_STATE = Field(
    "state",
    "状态",
    "state",
    (
        *("车辆状态", "当前状态", "任务状态", "工作状态", "出车状态", "值班状态", "救护车状态", "运行状态"),
        *("status", "vehicle status", "vehicle state", "unit status", "availability"),
    ),
)
_DATE = Field("date", "日期", "date", ("呼救日期", "报警日期", "接警日期", "出车日期", "定位日期", "day"))

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "boundary": (),
    "zones": (),
    "candidates": (
        _CANDIDATE_NAME,
        Field(
            "kind",
            "类型",
            "kind",
            (
                *("拟建类型", "建设类型", "候选点类型", "站点类型", "设施类型", "机构类型", "类别", "分类"),
                *("用途", "建设内容", "type", "facility type", "facility kind", "category"),
            ),
        ),
        _LON,
        _LAT,
        _LONLAT,
        Field(
            "cost_wan",
            "费用",
            "cost",
            (
                *(
                    "造价",
                    "投资",
                    "投资额",
                    "总投资",
                    "投资估算",
                    "估算投资",
                    "预计投资",
                    "建设投资",
                    "建设费用",
                ),
                *("建设成本", "建设资金", "工程造价", "工程费用", "概算", "投资概算", "预算", "预算金额"),
                *("资金", "所需资金", "成本", "金额", "costs", "capital", "capital cost", "capital_wan"),
                *("investment", "budget", "price", "construction cost"),
            ),
            _WAN_YUAN,
            is_count=True,
        ),
        Field(
            "ambulances",
            "救护车数",
            "ambulances",
            (
                *(
                    "救护车数量",
                    "救护车",
                    "救护车辆",
                    "救护车辆数",
                    "拟配救护车",
                    "拟配救护车数",
                    "配置救护车",
                ),
                *("配备救护车", "拟配置救护车", "救护车配置", "新增救护车", "新增救护车数", "车辆数", "车辆"),
                *("number of ambulances", "n ambulances", "ambulance", "vehicles", "number of vehicles"),
            ),
            _VEHICLES,
            is_count=True,
            none_is_zero=True,
        ),
        Field(
            "facility",
            "依托机构",
            "facility",
            (
                *(
                    "依托单位",
                    "依托机构代码",
                    "依托机构编号",
                    "依托医院",
                    "依托卫生院",
                    "所在机构",
                    "现有机构",
                ),
                *("现有机构代码", "机构代码", "设施代码", "设施编号", "设施", "设置单位", "facility id"),
                *("facility_id", "existing facility", "host", "host facility", "part of"),
            ),
        ),
        _CANDIDATE_ID,
        _TOWNSHIP,
        _SYSTEM,
        Field(
            "address",
            "地址",
            "address",
            ("详细地址", "站点地址", "所在地址", "位置", "所在地", "addr"),
        ),
    ),
    "names": (
        replace(_CANDIDATE_NAME, aliases=(*_CANDIDATE_NAME.aliases, "急救站", "医院", "机构", "保留站点")),
        replace(_CANDIDATE_ID, zh="代码", aliases=("编号", "机构代码", *_CANDIDATE_ID.aliases[1:])),
    ),
    "facilities": (
        Field(
            "name",
            "名称",
            "name",
            (
                *("机构名称", "单位名称", "医疗机构名称", "医疗卫生机构名称", "卫生机构名称", "站点名称"),
                *(
                    "急救站名称",
                    "急救点名称",
                    "急救站点名称",
                    "急救分站名称",
                    "急救站点",
                    "急救站",
                    "医院名称",
                ),
                *("医院", "机构全称", "单位全称", "设施名称", "网点名称", "站名", "点位名称", "地点名称"),
                *("机构", "单位", "站点", "全称", "名字", "设施", "医疗机构", "医疗单位", "卫生院名称"),
                *("设置单位", "依托单位", "简称", "机构简称", "地名", "标题", "facility name", "facility"),
                *("station name", "station", "hospital name", "site name", "title", "label", "institution"),
            ),
        ),
        Field(
            "kind",
            "类型",
            "kind",
            (
                *("机构类型", "机构类别", "类别", "单位类型", "单位类别", "设施类型", "设施类别", "站点类型"),
                *("站点类别", "医疗机构类型", "医疗机构类别", "医疗机构分类", "机构分类", "机构性质", "种类"),
                *("机构种类", "性质", "分类", "类", "type", "facility type", "facility kind", "category"),
                *("class", "amenity"),
            ),
        ),
        _LON,
        _LAT,
        _LONLAT,
        Field(
            "ambulances",
            "救护车数",
            "ambulances",
            (
                *("救护车数量", "救护车", "救护车辆", "救护车辆数", "救护车辆数量", "急救车", "急救车数"),
                *("急救车数量", "急救车辆", "急救车辆数", "急救车辆数量", "配置救护车", "配备救护车"),
                *("救护车配置", "救护车配置数", "救护车配备数", "救护车台数", "救护车（台）数", "值班救护车"),
                *(
                    "值班车辆",
                    "值班车辆数",
                    "现有救护车",
                    "现有救护车数",
                    "120救护车",
                    "120救护车数",
                    "车辆数",
                ),
                *("车辆数量", "车辆", "车辆配置", "车数", "number of ambulances", "ambulance count"),
                *("n ambulances", "ambulance", "vehicles", "number of vehicles"),
            ),
            _VEHICLES,
            is_count=True,
            none_is_zero=True,
        ),
        Field(
            "turnout_s",
            "出车时间",
            "turnout",
            (
                *("出动时间", "出车反应时间", "出车响应时间", "出动反应时间", "出车准备时间", "平均出车时间"),
                *("平均出动时间", "出车时长", "turnout time", "turnout seconds", "chute time"),
                *("mobilisation time", "mobilization time"),
            ),
            _SECONDS,
            is_duration=True,
        ),
        Field(
            "centres",
            "五大中心",
            "centres",
            (
                *(
                    "中心",
                    "急诊急救五大中心",
                    "急救五大中心",
                    "专病中心",
                    "救治中心",
                    "中心建设",
                    "五大中心建设",
                ),
                *("已建中心", "中心名称", "中心类型", "急危重症中心", "急诊急救大平台", "centers"),
                *("specialist centres", "specialist centers", "emergency centres", "emergency centers"),
            ),
        ),
        _TOWNSHIP,
        Field(
            "id",
            "代码",
            "id",
            (
                *("机构代码", "编码", "机构编码", "机构编号", "医疗机构代码", "单位代码", "单位编码"),
                *("站点编号", "站点编码", "站点代码", "组织机构代码", "统一社会信用代码", "机构标识", "标识"),
                *("code", "facility id", "station id", "facility code", "uid"),
            ),
        ),
        _SYSTEM,
        Field(
            "address",
            "地址",
            "address",
            ("详细地址", "机构地址", "单位地址", "站点地址", "所在地址", "位置", "地点", "所在地", "addr"),
        ),
    ),
    "townships": (
        Field(
            "name",
            "名称",
            "name",
            (
                *_TOWNSHIP.headers,
                *("行政区名称", "行政区划名称", "行政区划", "区划名称", "单位名称", "区域名称", "地区名称"),
                *("辖区名称", "驻地名称", "地区", "行政区", "全称", "XZQMC", "XZMC", "XZJDMC", "NAME_4"),
                *("name zh", "name local"),
            ),
        ),
        Field(
            "code",
            "代码",
            "code",
            (
                *("行政区划代码", "区划代码", "乡镇代码", "乡镇编码", "乡镇街道代码", "街道代码", "编码"),
                *("行政代码", "行政区代码", "统计用区划代码", "统计区划代码", "区划编码", "行政区划编码"),
                *("国标码", "XZQDM", "XZDM", "XZJDDM", "id", "adcode", "township code", "town code", "编号"),
            ),
        ),
        Field(
            "class",
            "城乡分类",
            "class",
            (
                *("城乡分类代码", "城乡属性", "城乡类型", "城乡划分", "城乡类别", "城乡", "城镇或乡村"),
                *("城区或乡村", "是否城区", "类型", "类别", "分类", "性质", "urban rural", "urban or rural"),
                *("type", "kind"),
            ),
        ),
        _POPULATION,
        _LON,
        _LAT,
        _LONLAT,
        _COUNTY,
        _SYSTEM,
    ),
    "demand": (
        Field(
            "name",
            "名称",
            "name",
            (
                *("村", "村名", "村名称", "村庄", "村庄名称", "居民点", "居民点名称", "村（社区）", "村社区"),
                *("村（社区）名称", "村居", "村居名称", "村（居）", "村（居）委会", "村委会", "村委会名称"),
                *("行政村", "行政村名称", "自然村", "自然村名称", "社区", "社区名称", "小区", "小区名称"),
                *("村民委员会", "行政村（社区）", "所属村", "村级名称", "村级", "单位名称", "地名", "地点"),
                *("地点名称", "区划名称", "行政区划名称", "行政区名称", "聚落", "名字", "village"),
                *("village name", "settlement", "settlement name", "place", "place name", "community"),
                *("cell name", "label", "XZQMC", "CJMC"),
            ),
        ),
        _POPULATION,
        _LON,
        _LAT,
        _LONLAT,
        _COUNTY,
        _TOWNSHIP,
        Field(
            "township_code",
            "乡镇代码",
            "township code",
            (
                *("所属乡镇代码", "乡镇编码", "乡镇街道代码", "街道代码", "乡级代码", "乡级区划代码"),
                *("上级代码", "父级代码", "town code", "parent code"),
            ),
        ),
        Field(
            "code",
            "代码",
            "code",
            (
                *("行政区划代码", "区划代码", "村代码", "村编码", "村居代码", "社区代码", "编码", "村级代码"),
                *("统计用区划代码", "统计区划代码", "行政村代码", "村委会代码", "区划编码", "编号", "id"),
                *("village code", "village id", "XZQDM", "CJDM", "cell id", "uid"),
            ),
        ),
        _SYSTEM,
    ),
    "roads": (
        Field(
            "highway",
            "道路等级",
            "road class",
            (
                *(
                    "highway",
                    "公路等级",
                    "技术等级",
                    "公路技术等级",
                    "行政等级",
                    "道路类型",
                    "道路类别",
                    "等级",
                ),
                *("路线技术等级", "路段技术等级", "道路分类", "路线等级", "fclass", "road type", "class"),
                *("functional class", "类型", "类别", "type", "JSDJ", "DLDJ", "GLDJ"),
            ),
        ),
        Field(
            "name",
            "名称",
            "name",
            (
                *("道路名称", "路名", "路线名称", "公路名称", "路段名称", "线路名称", "街道名称", "LXMC"),
                *("road name", "street name", "street", "DLMC"),
            ),
        ),
        Field(
            "ref",
            "路线编号",
            "ref",
            (
                "路线编码",
                "路线代码",
                "线路编号",
                "公路编号",
                "道路编号",
                "道路编码",
                "road number",
                "LXBM",
                "LXDM",
            ),
        ),
        Field(
            "oneway",
            "单行",
            "one-way",
            ("单行线", "是否单行", "单行道", "单向", "通行方向", "行车方向", "方向"),
        ),
        Field(
            "maxspeed",
            "限速",
            "speed limit",
            ("最高限速", "限速值", "设计速度", "设计车速", "设计时速", "max speed", "speed", "speed kph"),
            _KPH,
        ),
        Field("surface", "路面", "surface", ("路面类型", "路面材料", "面层类型", "路面结构", "铺装", "LMLX")),
        Field("bridge", "桥梁", "bridge", ("是否桥梁", "桥")),
        Field("tunnel", "隧道", "tunnel", ("是否隧道",)),
        Field("level", "层级", "level", ("layer", "高程层", "立交层级", "zlevel")),
    ),
    "vehicles": (
        _VEHICLE_ID,
        Field(
            "name",
            "车辆名称",
            "name",
            (
                "名称",
                "呼号",
                "车组",
                "车组名称",
                "急救车组",
                "call sign",
                "callsign",
                "vehicle name",
                "label",
            ),
        ),
        _LON,
        _LAT,
        replace(_LONLAT, aliases=(*_LONLAT.aliases, "当前位置", "实时位置")),
        _STATE,
        Field(
            "time",
            "时间",
            "time",
            (
                *("定位时间", "上报时间", "更新时间", "位置时间", "采集时间", "记录时间", "回传时间"),
                *("GPS时间", "最后定位时间", "最近定位时间", "最后上报时间", "数据时间", "接收时间"),
                *("timestamp", "datetime", "date time", "updated", "updated at", "last seen", "gps time"),
                *("position time", "report time", "reported at", "ts"),
            ),
        ),
        _DATE,
        Field(
            "facility",
            "所属站点",
            "base",
            (
                *("所属急救站", "所属机构", "所属单位", "所属医院", "所属分站", "所属网点", "所在站点"),
                *("急救站", "站点", "分站", "站点编号", "站点名称", "机构", "机构代码", "单位", "基地"),
                *("facility", "facility id", "station", "station id", "home station", "home"),
            ),
        ),
        _SYSTEM,
    ),
    "calls": (
        Field(
            "id",
            "编号",
            "id",
            (
                *(
                    "事件编号",
                    "任务编号",
                    "呼救编号",
                    "受理编号",
                    "流水号",
                    "病历号",
                    "单号",
                    "序号",
                    "案件编号",
                ),
                *("call id", "incident id", "case id", "event id", "incident number", "case number"),
            ),
        ),
        Field(
            "time",
            "呼救时间",
            "time",
            (
                *("报警时间", "来电时间", "接警时间", "受理时间", "呼叫时间", "开始受理时间", "接听时间"),
                *("接报时间", "求救时间", "发生时间", "事发时间", "案发时间", "事件时间", "时间", "呼救时刻"),
                *("call time", "time of call", "alarm time", "received", "received at", "timestamp"),
                *("datetime", "date time", "incident time", "created", "created at"),
            ),
        ),
        replace(
            _DATE, aliases=("呼救日期", "报警日期", "接警日期", "受理日期", "来电日期", "事发日期", "day")
        ),
        replace(_LON, aliases=(*_LON.aliases, "现场经度", "事发经度", "呼救经度", "报警经度", "患者经度")),
        replace(_LAT, aliases=(*_LAT.aliases, "现场纬度", "事发纬度", "呼救纬度", "报警纬度", "患者纬度")),
        replace(_LONLAT, aliases=(*_LONLAT.aliases, "现场坐标", "事发坐标", "呼救坐标", "患者坐标")),
        Field(
            "priority",
            "级别",
            "priority",
            (
                *(
                    "优先级",
                    "等级",
                    "呼救级别",
                    "病情级别",
                    "病情等级",
                    "病情分级",
                    "分级",
                    "紧急程度",
                    "急危程度",
                ),
                *("危重程度", "预检分级", "分诊级别", "响应级别", "调度级别", "病情", "priority class"),
                *("severity", "urgency", "acuity", "triage", "class", "level"),
            ),
        ),
        Field(
            "centre",
            "病种",
            "condition",
            (
                *("病种判断", "疾病类型", "疾病", "疾病种类", "主诉", "初步诊断", "初诊", "诊断", "呼救原因"),
                *("呼车原因", "主要症状", "症状", "五大中心", "中心", "centre", "center", "diagnosis"),
                *("chief complaint", "complaint", "disease", "medical condition", "nature"),
            ),
        ),
        _SYSTEM,
    ),
    "trips": (
        Field(
            "id",
            "编号",
            "id",
            (
                *("任务编号", "出车编号", "事件编号", "受理编号", "流水号", "出车单号", "单号", "序号"),
                *("trip id", "run id", "job id", "incident id", "case id", "run number"),
            ),
        ),
        Field(
            "depart",
            "出发时间",
            "departure time",
            (
                *(
                    "出车时间",
                    "驶离时间",
                    "离站时间",
                    "出动时间",
                    "出发时刻",
                    "出车时刻",
                    "驶出时间",
                    "出站时间",
                ),
                *("开始时间", "起始时间", "出诊时间", "时间", "depart", "departed", "departed at"),
                *("departure", "start time", "time start", "en route time", "leave time", "time"),
            ),
        ),
        Field(
            "arrive",
            "到达时间",
            "arrival time",
            (
                *(
                    "到达现场时间",
                    "抵达时间",
                    "抵达现场时间",
                    "到场时间",
                    "到现场时间",
                    "到达时刻",
                    "结束时间",
                ),
                *("现场到达时间", "arrive", "arrived", "arrived at", "arrival", "end time", "time end"),
                *("on scene time", "at scene time"),
            ),
        ),
        Field(
            "travel_s",
            "用时",
            "travel time",
            (
                *("行驶时间", "行车时间", "在途时间", "路途时间", "行驶时长", "行车时长", "途中用时", "耗时"),
                *("路上时间", "用时时长", "行驶用时", "到达用时", "时长", "duration", "travel seconds"),
                *("trip time", "driving time", "drive time", "elapsed"),
            ),
            _SECONDS,
            is_duration=True,
        ),
        replace(_DATE, aliases=("出车日期", "出发日期", "任务日期", "day")),
        *_TRIP_START,
        *_TRIP_END,
        _SYSTEM,
    ),
}
"""The fields of each layer, with all headers they go by."""

NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "facilities": (("name", "kind"), ("lon", "lonlat", "geometry"), ("lat", "lonlat", "geometry")),
    "townships": (("name", "code"),),
    "demand": (("population",), ("name", "lon", "lonlat", "geometry", "township", "township_code", "code")),
    "roads": (("geometry",),),
    "boundary": (("geometry",),),
    "zones": (("geometry",),),
    "candidates": (
        ("lon", "lonlat", "geometry", "facility", "name"),
        ("lat", "lonlat", "geometry", "facility", "name"),
    ),
    "names": (("name", "id"),),
    "vehicles": (
        ("id",),
        ("lon", "lonlat", "geometry"),
        ("lat", "lonlat", "geometry"),
        ("state",),
        ("time",),
    ),
    "calls": (("time",), ("lon", "lonlat", "geometry"), ("lat", "lonlat", "geometry")),
    "trips": (
        ("start_lon", "start_lonlat", "start_facility"),
        ("start_lat", "start_lonlat", "start_facility"),
        ("end_lon", "end_lonlat", "end_facility"),
        ("end_lat", "end_lonlat", "end_facility"),
        ("depart",),
        ("arrive", "travel_s"),
    ),
}
"""What a table of each layer must have: of every group at least one."""


_MARKS: Mapping[str, str] = {"zh": "、", "en": ", "}


def markdown_fields(layer: str, lang: str) -> str:
    """
    List the fields of a layer and all headers they go by, as a table in Markdown.

    Parameters
    ----------
    layer
        A key of `FIELDS`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        One line a field below the heading: what it is, what the program calls it, and its headers.
    """
    heading = (
        ("字段", "程序内名称", "可识别的列名") if lang == "zh" else ("field", "name", "headers that mean it")
    )
    lines = [f"| {' | '.join(heading)} |", "|---|---|---|"]
    lines += [
        f"| {f.zh if lang == 'zh' else f.en} | `{f.name}` | {_MARKS[lang].join(f.headers)} |"
        for f in FIELDS[layer]
    ]
    return "\n".join(lines) + "\n"


def field_of(text: str, layer: str) -> Field | None:
    """Find the field of a layer that goes by a name, in any case, width and punctuation."""
    wanted = plain_name(text)
    return next((f for f in FIELDS[layer] if wanted in {plain_name(header) for header in f.headers}), None)


def check_columns(columns: Iterable[str]) -> None:
    """
    Refuse names that are fields of no layer.

    Parameters
    ----------
    columns
        The left sides of ``--column FIELD=HEADER``.

    Raises
    ------
    SourceError
        If a name is unknown.
    """
    unknown = [text for text in columns if not any(field_of(text, layer) for layer in FIELDS)]
    if unknown:
        every = {f.name: f for fields in FIELDS.values() for f in fields}.values()
        names_zh = dict.fromkeys(f.zh for f in every)  # some fields have one name in Chinese
        raise SourceError(
            f"--column: there is no field {', '.join(unknown)}; the fields are "
            f"{', '.join(f.name for f in every)}",
            zh=f"--column：没有字段 {'、'.join(unknown)}；可用字段：{'、'.join(names_zh)}",
        )


def need_columns(
    columns: Mapping[str, str], accounts: Iterable[RowAccount], *, otherwise: Iterable[str] = ()
) -> None:
    """
    Refuse a ``--column FIELD=HEADER`` that no file of a run had a use for.

    Parameters
    ----------
    columns
        Field, as typed, to header.
    accounts
        Of the tables that were read.
    otherwise
        Layers whose files were read without an account: their fields pass.

    Raises
    ------
    SourceError
        If no table has that header, or none has that field.
    """
    used = {key for account in accounts for key in account.columns_used}
    used |= {key for key in columns for layer in otherwise if field_of(key, layer)}
    idle = [f"{key}={header}" for key, header in columns.items() if key not in used]
    if idle:
        raise SourceError(
            f"--column {idle[0]}: no table of this import has such a column and field: check both names",
            zh=f"--column {idle[0]}：本次导入的表格中没有对应的列或字段，请核对名称",
        )
