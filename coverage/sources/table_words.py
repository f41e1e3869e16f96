"""What planners write for the kinds of facilities and for the five centres."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coverage.sources.osm_tags import plain_name
from coverage.study_area import CENTRES

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "subcentre": ("县域医疗次中心", "医疗次中心", "次中心", "县域医疗副中心", "医疗副中心", "副中心"),
    "ambulance_station": (
        *(
            "急救站",
            "急救点",
            "急救分站",
            "急救中心",
            "急救分中心",
            "急救站点",
            "急救医疗站",
            "120站点",
            "120分站",
        ),
        *(
            "120急救",
            "120站",
            "院前急救",
            "紧急医疗救援中心",
            "紧急救援中心",
            "医疗急救中心",
            "救护站",
            "救护车站",
        ),
    ),
    "clinic": (
        *(
            "村卫生室",
            "卫生室",
            "卫生所",
            "卫生站",
            "卫生服务站",
            "社区卫生服务站",
            "医务室",
            "医务所",
            "诊所",
        ),
        *("门诊部", "门诊", "村医务室", "卫生分院", "村级卫生机构"),
    ),
    "health_centre": (
        *("中心卫生院", "乡镇卫生院", "卫生院", "街道卫生院", "社区卫生服务中心", "卫生服务中心"),
        *("社区医院", "基层医疗卫生机构"),
    ),
    "hospital": (
        *("医院", "人民医院", "中医医院", "中医院", "综合医院", "专科医院", "妇幼保健院", "妇幼保健中心"),
        *("妇幼保健计划生育服务中心", "妇幼保健和计划生育服务中心", "妇幼健康服务中心", "保健院", "医疗中心"),
        "医学中心",
    ),
}
"""Kinds of facilities, as Chinese planners call them; the first that a text holds decides."""

KIND_WORDS_EN: Mapping[str, tuple[str, ...]] = {
    "subcentre": ("subcentre", "subcenter", "sub centre", "sub center"),
    "ambulance_station": (
        *("ambulance station", "ambulance base", "ambulance post", "ambulance", "ems station", "ems base"),
        *("emergency station", "emergency medical station", "rescue station", "first aid station"),
    ),
    "clinic": ("clinic", "village clinic", "polyclinic", "health post", "community health station"),
    "health_centre": (
        *("health centre", "health center", "township hospital", "township health centre"),
        *("township health center", "community health centre", "community health center"),
    ),
    "hospital": ("hospital", "general hospital", "county hospital", "medical centre", "medical center"),
}
"""The same in English, compared as whole words."""

CENTRE_WORDS: Mapping[str, tuple[str, ...]] = {
    "chest_pain": ("胸痛", "chest pain"),
    "stroke": ("卒中", "脑卒中", "中风", "stroke"),
    "trauma": ("创伤", "trauma"),
    "maternal": ("孕产妇", "孕产", "产妇", "maternal", "obstetric"),
    "newborn": ("新生儿", "newborn", "neonatal"),
}
"""The five emergency centres of a hospital."""

_UNFIT: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"宠物|兽医|兽药|畜牧|动物(?:医|诊|门诊|卫生|防疫|疾病)|犬猫|猫犬"
            r"|\b(?:veterinary|animal (?:hospital|clinic)|pet (?:hospital|clinic)|vet clinic)\b"
        ),
        "a place for animals",
        "动物诊疗机构",
    ),
    (
        re.compile(
            r"停车(?:场|库|楼)(?:[东南西北]?[出入]+口)?\s*(?:[(\[【].*)?$|\b(?:car park|parking(?: lot)?)$"
        ),
        "a car park",
        "停车场",
    ),
    (
        re.compile(
            r"[(\[【][^)\]】]*(?:撤销|撤并|停业|歇业|关闭|关停|停用|停诊|停办|注销|拆除|废弃|closed)[^)\]】]*[)\]】]"
            r"|已(?:撤销|撤并|停业|歇业|关闭|关停|停用|停办|注销|拆除|废弃)$"
        ),
        "closed",
        "已撤销或停业的机构",
    ),
)

_FIVE = ("五大中心", "五个中心", "全部", "五中心", "all", "all five")
_MARKS = re.compile(r"[;；,，、/|\n+＋和及]+")


def kind_of(text: str) -> str:
    """
    Tell the kind of facility from a word or from a name.

    Parameters
    ----------
    text
        ``中心卫生院``, ``临湘市人民医院``, ``ambulance_station``, ``Health Centre`` …

    Returns
    -------
    str
        One of `coverage.study_area.FACILITY_KINDS`, empty where the text says none.
    """
    plain = plain_name(text)
    for kind, words in KIND_WORDS.items():
        if any(word in plain for word in words):
            return kind
    spaced = f" {' '.join(re.findall(r'[a-z]+', unicodedata.normalize('NFKC', text).lower()))} "
    for kind, words in KIND_WORDS_EN.items():
        if any(f" {word} " in spaced or f" {word}s " in spaced for word in words):
            return kind
    return ""


def unfit(text: str) -> tuple[str, str] | None:
    """
    Tell from a name what treats no people, although a word in it is that of a facility.

    Parameters
    ----------
    text
        ``爱心宠物医院``, ``人民医院停车场``, ``桃林急救站（已撤销）`` …

    Returns
    -------
    tuple of str or None
        What it is, in English and in Chinese; None where nothing speaks against it.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return next(((en, zh) for pattern, en, zh in _UNFIT if pattern.search(plain)), None)


def centres_of(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Read the emergency centres of a hospital.

    Parameters
    ----------
    text
        ``胸痛中心、卒中中心``, ``chest_pain;stroke``, ``五大中心`` …

    Returns
    -------
    centres : str
        Those of `coverage.study_area.CENTRES`, in their order, separated by ``;``.
    unknown : tuple of str
        Words that name none of them.
    """
    if plain_name(text) in {plain_name(word) for word in _FIVE}:
        return ";".join(CENTRES), ()
    found, unknown = set(), []
    for part in _MARKS.split(text):
        plain = plain_name(part)
        named = [c for c, words in CENTRE_WORDS.items() if any(plain_name(word) in plain for word in words)]
        found.update(named)
        if plain and not named:
            unknown.append(part.strip())
    return ";".join(centre for centre in CENTRES if centre in found), tuple(unknown)
