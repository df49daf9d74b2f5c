"""Which words around a designation say that it is one of ordnance, and which say that it is something else?

Lists of words in the languages of the documents (English, French, Spanish, Portuguese, Russian, Ukrainian, Azerbaijani,
Turkish, Bosnian, Armenian, Georgian, Arabic), to read and to extend. A word governs a designation where only words of a
type (`anti-personnel`, `типа`) or a list of further designations stand between the two.
"""

from __future__ import annotations

import re

__all__ = ["NARROW", "NEARBY", "NO_DESIGNATION", "UNKNOWN", "is_governed", "is_list_gap", "is_something_else",
           "may_follow"]  # fmt: skip

_MINES = (
    r"land-?mines?|mines?|minefields?|minas?|minados?|мин(?:а|ы|у|ой|е|ам|ами|ах|)|мін(?:а|и|у|ою|ам|ами|ах|)|mina\w{0,8}|"
    r"mayın\w{0,8}|ական\w{0,6}|ნაღმ\w{0,6}|لغم|ألغام|الألغام|الغام|submunitions?|sub-munitions?|bomblets?|sous-munitions?|"
    r"submunici[oó]n(?:es)?|суббоеприпас\w{0,4}|кассетн\w{2,4} (?:боев\w{2,4} )?(?:элемент|боеприпас)\w{0,4}"
)
_OTHERS = (
    r"munitions?|bombs?|grenades?|rockets?|missiles?|shells?|projectiles?|warheads?|ordnance|"
    r"explosive devices?|IEDs?|UXO|"
    r"munici[oó]n(?:es)?|bombas?|granadas?|cohetes?|proyectil(?:es)?|bombes?|roquettes?|obus|боеприпас\w{0,4}|"
    r"боєприпас\w{0,4}|бомб\w{0,4}|гранат\w{0,4}|снаряд\w{0,4}|ракет\w{0,4}|bomba\w{0,8}|qumbara\w{0,8}|mərmi\w{0,8}|"
    r"raket\w{0,8}|նռնակ\w{0,6}|արկ\w{0,6}|հրթիռ\w{0,6}|ռումբ\w{0,6}|ბომბ\w{0,6}|ყუმბარ\w{0,6}|ჭურვ\w{0,6}|ракет\w{0,4}|"
    r"قنابل|قنبلة|قذائف|صواريخ|granat\w{0,4}|bomb[aei]\w{0,2}"
)
_KIND = (
    r"(?:anti-?\s?)?personn?el|anti-?person(?:al|nel|as?)|anti-?tank|anti-?vehicle|anti-?veh[ií]culos?|anti-?char|AP|AT|AV|APM|"
    r"ATM|blast|fragmentation|bounding|directional|stake|scatterable|cluster|hand|rifle|mortar|artillery|improvised|"
    r"plastic|metal|wooden|metallic|land|live|aircraft|air-dropped|aerial|unexploded|abandoned|types?|-?type|model|series|pattern|style|"
    r"made|manufactured|противопехотн\w{2,4}|противотанков\w{2,4}|противотранспортн\w{2,4}|протипіхотн\w{1,4}|"
    r"протитанков\w{1,4}|типа|типу|типов|марки|осколочн\w{2,4}|фугасн\w{2,4}|tipli|markalı|piyada|piyadalar|əleyhinə|"
    r"tank|tanklar|հակահետևակային|հակատանկային|տեսակի|տիպի|ტიპის|tipo|tipa|de|del|du|of|"
    r"protupješadijsk\w{1,3}|protivpješadijsk\w{1,3}|protutenkovsk\w{1,3}|"
    r"Soviet|Russian|Yugoslav|Chinese|Italian|US|American|British|German|Belgian|Israeli|Iranian|Egyptian|Hungarian"
)
_LINK = (
    r"such as|including|include|includes|included|like|namely|known as|called|designated|marked|identified as|"
    r"i\.e\.|e\.g\.|"
    r"especially|mainly|mostly|comme|tels? que|telles? que|como|tales como|такие как|в том числе|включая|наприклад|"
    r"were|was|are|is|being|these were|both"
)
_AFTER = re.compile(
    rf"['’]?s?[\s)\"”»'’,]{{0,2}}(?:(?:{_KIND})[\s-]+){{0,5}}(?P<noun>{_MINES}|{_OTHERS})\b(?!\s+(?:plough|plow|roller|rake|"
    rf"detector|action|clear|protected))", re.I)  # fmt: skip
_BEFORE = re.compile(
    rf"(?<![\w-])(?P<noun>{_MINES}|{_OTHERS})\)?(?:[\s:(,«\"“–—-]{{1,3}}(?:{_KIND}|{_LINK})){{0,4}}[\s:(«\"“–—-]{{1,3}}"
    rf"(?:(?:\d{{1,4}}\s?[x×]?|the|an?)\s)?$", re.I)  # fmt: skip
NARROW = re.compile(rf"(?<!\w)(?:{_MINES})(?!\w)", re.I)
"""A word for mines or submunitions."""
_LOOK_BACK, _LOOK_AHEAD = 90, 110

NEARBY = re.compile(
    rf"(?<![\w-])(?:{_MINES}|{_OTHERS}|demin\w+|explosi\w+|ammunition|anti-?personnel|anti-?tank|anti-?vehicle|antipersonal|"
    r"antitanque|antipersonnel|déminage|desminad\w+|разминир\w+|розмінув\w+|взрыв\w+|вибух\w+|противопехот\w+|"
    r"противотанк\w+|minatəmizləmə|partlayıcı\w*|ERW|AXO|EOD|cleared|clearance)\b", re.I)  # fmt: skip
"""An ordnance word of any kind, for designations that need one nearby."""

UNKNOWN = re.compile(
    r"(?<![\w./-])[^\W\d_]{2,5}(?:[-\u2010-\u2013]?\d{1,3}(?:[-/.]?[^\W\d_]{1,2}\d?)?)(?![\w])(?![-/.]\w)")  # fmt: skip
"""What has the form of a designation: capitals, a number at once or after a hyphen, at most two letters more."""

NO_DESIGNATION = re.compile(
    r".*[^\W\d_A-ZА-ЯЁІЇЄԱ-Ֆ\u10a0-\u10ff].*|(?i:(?:covid|mi|su|il|ka|an|tu|bmp|btr|brdm|uh|ah|ch|ak|pk|mt|un|res|doc|art|no|nr|"
    r"vol|pp|fy|cy|hq|imas|iatg|stanag|uav|iso|km|cm|mm|mf|cha|sha|ha|id|ref|lot|sop|task|op|day|phase|zone|area|block|"
    r"sector|box|fig|table|annex|para|page|form|team|unit|grid|utm|wgs|epsg|sc|ga|rev|year|age|ii|iii|iv|vi|vii|viii|xi|"
    r"xii|xiii|xiv|xv|xvi|ix)[\W\d].*)", re.S)  # fmt: skip
"""What has that form and is none: vehicles, aircraft, papers, ids of hazards; and what is not all in capitals."""

_ELSE = (
    r"highways?|roads?|motorways?|routes?|autoroutes?|autov[ií]a|autopista|carretera|street|avenue|junction|"
    r"rifles?|carbines?|machine ?guns?|pistols?|tanks?|aircraft|helicopters?|satellites?|spacecraft|galax\w+|nebula|"
    r"buses|"
    r"bus|trains?|trams?|metro|flights?|printers?|cameras?|engines?|adapters?|modules?|proteins?|genes?|section|"
    r"шоссе|трасс\w+|автодорог\w+|автотрасс\w+|дорог\w+|винтовк\w+|yolu|magistral\w*"
)
_ELSE_AFTER = re.compile(rf"(?:[\s-]{{1,2}}(?:{_ELSE})\b)", re.I)
_ELSE_BEFORE = re.compile(rf"\b(?:{_ELSE}|Soyuz|Союз)\s$", re.I)

_LIST_GAP = re.compile(
    rf"['’]?s?[)\"”»]?\s{{0,2}}(?:(?:{_KIND})[\s-]+){{0,3}}(?:(?:{_MINES}|{_OTHERS})\s?)?"
    r"(?:[,;/+&،·•|\t\n]|\b(?:and|or|as well as|и|или|та|і|або|й|y|e|o|u|et|ou|və|ve|ya|i|ili|und|եւ|և|ու|და|ან|و)\b|"
    r"\s|-)*"
    rf"(?:\d{{1,5}}\s?[x×]?\s)?(?:(?:{_KIND})[\s-]+)?[(\"“«]?", re.I)  # fmt: skip


def is_governed(text: str, start: int, end: int, *, is_known: bool) -> bool:
    """Say whether an ordnance word governs what stands at `start` to `end`.

    A designation that no catalogue knows (`is_known` False) is believed only under a word for mines or submunitions:
    bombs and rockets are also named after what carries them.

    >>> is_governed("M14 mines", 0, 3, is_known=True), is_governed("the M14 near mines", 4, 7, is_known=True)
    (True, False)
    """
    after = _AFTER.match(text, end, end + _LOOK_AHEAD)
    before = _BEFORE.search(text[max(0, start - _LOOK_BACK):start])
    return any(
        found is not None and (is_known or NARROW.fullmatch(found.group("noun")) is not None)
        for found in (after, before)
    )


def is_something_else(text: str, start: int, end: int) -> bool:
    """Say whether the word beside a designation names another thing: a road, a rifle, an aircraft.

    >>> is_something_else("the M14 highway", 4, 7), is_something_else("M14 mines", 0, 3)
    (True, False)
    """
    if _ELSE_AFTER.match(text, end, end + 24):
        return True
    return _ELSE_BEFORE.search(text[max(0, start - 24):start]) is not None


def is_list_gap(gap: str) -> bool:
    """Say whether only what parts the members of a list stands between two designations.

    >>> is_list_gap(", "), is_list_gap(" and 12 "), is_list_gap(" was lifted near the ")
    (True, True, False)
    """
    return _LIST_GAP.fullmatch(gap) is not None


def may_follow(text: str, end: int) -> bool:
    """Say whether a member of a list may end here: the word after it names no other thing.

    >>> may_follow("M14 highway", 3), may_follow("M14, PMN-2", 3)
    (False, True)
    """
    return _ELSE_AFTER.match(text, end, end + 24) is None
