"""What patients have, as dispatchers write it, and the centre they need."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coverage.sources.osm_tags import plain_name

if TYPE_CHECKING:
    from coverage.standards import Centre


def _words(pattern: str) -> re.Pattern[str]:
    """Match whole English words alone: unstable is no stab, and heartburn no burn."""
    return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")


_DENIED = re.compile("(?:非|无|否认|排除)(?:外伤|创伤)性?史?")
_DENIED_EN = _words(
    r"non ?traumatic|(?:no|without)(?: \w+)? (?:trauma|injur(?:y|ies))"
    r"|(?:kidney|renal|lung|liver|hepatic) injury"
)
# the first that fits: a newborn's 呼吸困难 is the newborn's, an injured pregnant woman's birth the mother's,
# pain in the chest after a crash is trauma, and a fall with a stroke the stroke
_CASES: tuple[tuple[Centre, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "newborn",
        re.compile("新生儿|早产儿|初生婴儿"),
        _words(r"newborns?|neonat(?:e|es|al)|premature (?:baby|infant)"),
    ),
    (
        "maternal",
        re.compile(
            "孕产|孕妇|产妇|孕\\d*周|怀孕|分娩|临产|难产|待产|产后|产前|早产|破水|要生了|宫外孕|异位妊娠|先兆流产|子痫"
            "|羊水|妊娠|胎盘"
        ),
        _words(
            r"maternal|maternity|pregnan(?:t|cy)|obstetrics?|obstetrical|labou?r|child ?birth"
            r"|(?:pre ?)?eclampsia|eclamptic|(?:post|ante|intra) ?partum|ectopic|miscarriage|placental?"
            r"|waters broke"
        ),
    ),
    (
        "trauma",
        re.compile(
            "创伤|外伤|车祸|撞车|撞伤|被撞|追尾|翻车|交通事故|道路交通|坠落|坠楼|高坠|坠伤|刀伤|刺伤|砍伤|枪伤|挤压|砸伤|多发伤"
        ),
        _words(
            r"(?:poly)?trauma(?:tic)?|rt[ac]"
            r"|(?:road|traffic|car|vehicle|motor ?cycle|motorbike) (?:traffic )?(?:accidents?|crash(?:es)?)"
            r"|collisions?|gun ?shots?|stab(?:bed|bing|s)?|run over|hit by \w+"
        ),
    ),
    (
        "stroke",
        re.compile(
            "卒中|中风(?!险)|脑梗|脑出血|脑血管|脑溢血|脑干出血|蛛网膜|偏瘫|脑血栓|肢体无力|肢体麻木|肢体乏力|半身不遂"
            "|口角歪斜|口眼歪斜|嘴歪|言语不清|口齿不清|失语"
        ),
        _words(
            r"strokes?|cva|tia|cerebro ?vascular|transient ischa?emic|hemiplegi[ac]|hemipare(?:sis|tic)"
            r"|haemiplegi[ac]|subarachnoid|facial droop|slurred speech|aphasia"
            r"|(?:brain|(?:intra)?(?:cerebral|cranial)) (?:ha?emorrhage|infarct(?:ion)?|bleed(?:ing)?)"
            r"|(?:limb|arm|leg|one sided|left sided|right sided) weakness"
        ),
    ),
    (
        "chest_pain",
        re.compile("胸痛|胸口痛|胸口疼|胸疼|心梗|心肌梗|心绞痛|冠心病|急性冠|主动脉夹层|肺栓塞|胸闷|心前区"),
        _words(
            r"chest ?(?:pains?|tightness|discomfort|pressure)|myocardial|heart attack|infarct(?:ion)?|n?stemi"
            r"|angina|acs|coronary|aortic dissection|pulmonary embol(?:ism|us)"
        ),
    ),
    (
        "trauma",
        re.compile(
            "摔伤|摔倒|摔跤|跌伤|跌倒|跌落|骨折|脱臼|割伤|切伤|咬伤|挫伤|扭伤|撕裂伤|烧伤|烫伤|烧烫伤|殴打|斗殴|打架"
        ),
        _words(
            r"injur(?:y|ies|ed)|accidents?|fractur(?:e|es|ed)|burn(?:s|t|ed)?|scalds?|scalded|wound(?:s|ed)?|lacerations?"
            r"|amputation|assault(?:ed)?|fall|falls|fell|fallen"
        ),
    ),
)


def case_centre(text: str) -> str:
    """
    Tell which of the five centres a patient needs.

    Parameters
    ----------
    text
        A complaint, a diagnosis or the name of the centre: ``胸痛``, ``脑梗死？``, ``车祸外伤``, ``stroke`` …

    Returns
    -------
    str
        One of `coverage.study_area.CENTRES`; empty where none is told.
    """
    chinese = _DENIED.sub("", plain_name(text))
    if not chinese:
        return ""
    letters = unicodedata.normalize("NFKC", text).casefold()
    english = _DENIED_EN.sub("", " ".join("".join(c if c.isalnum() else " " for c in letters).split()))
    for centre, han, words in _CASES:
        if han.search(chinese) or words.search(english):
            return centre
    return ""
