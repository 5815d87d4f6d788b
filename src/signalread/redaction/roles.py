"""Birthdays, and roles that only one person has: "vår enda kurator", "enhetschefen i Vansbro"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from signalread.redaction.lexicon import load_lexicon
from signalread.redaction.spans import Kind, Span

_MONTH = (
    "jan(?:uari)?|feb(?:ruari)?|mars|apr(?:il)?|maj|juni|juli|aug(?:usti)?|sept?(?:ember)?|"
    "okt(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = (
    rf"(?:\d{{1,2}}(?::[ae]|\.)? (?:{_MONTH})(?: (?:19|20)?\d\d)?|(?:19|20)\d\d-\d\d-\d\d|(?:19|"
    rf"20)\d{{6}}|"
    rf"\d{{2}}-?\d{{2}}-?\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}(?:[ -/.](?:19|20)?\d\d)?|"
    rf"(?:{_MONTH}) (?:19|20)\d\d)\b"
)
_BIRTHDAY = re.compile(
    rf"\b(?:född(?:es|a)?|f\.|fyll(?:er|de|t)(?: (?:jämnt|år|\d{{2,3}}(?: år)?))?|"
    rf"födelsedag(?:en)?(?: är| var)?|födelsedatum(?:et)?(?: är)?|bursdag|kalas)"
    rf"[ :]{{1,2}}(?:(?:år|den|var|är|på|i|nu|redan) ){{0,3}}(?P<named>{_DATE})"
    rf"|(?:\b(?:jag|hon|han)|[^\W\d_]{{2,20}})(?: som)? fyll(?:er|de|t)(?: jämna)? "
    rf"(?P<age>[1-9]\d(?: år)?(?: (?:nu )?(?:i|den|på) (?:lördags|fredags|söndags|måndags|våras|"
    rf"somras|höstas|vintras|vår|höst|"
    rf"sommar|{_DATE}|{_MONTH}))?)(?![\w%])"
    rf"|\bfödd(?:a)?(?: år)? (?P<year>(?:19[3-9]|20[01])\d|[4-9]\d:?a?)\b",
    re.IGNORECASE,
)
_ROLE_END = (
    "chef|chefen|rektor|rektorn|kurator|kuratorn|psykolog|psykologen|logoped|logopeden|dietist|"
    "dietisten|sköterska|sköterskan|sjuksköterska|sjuksköterskan|läkare|läkaren|lärare|läraren|"
    "tekniker|teknikern|ingenjör|ingenjören|samordnare|samordnaren|handläggare|handläggaren|"
    "sekreterare|sekreteraren|controller|controllern|jurist|juristen|arkivarie|arkivarien|"
    "bibliotekarie|bibliotekarien|vaktmästare|vaktmästaren|kock|kocken|kokerska|kokerskan|"
    "fysioterapeut|fysioterapeuten|sjukgymnast|sjukgymnasten|arbetsterapeut|arbetsterapeuten|"
    "barnmorska|barnmorskan|tolk|tolken|ombud|ombudet|specialpedagog|specialpedagogen|pedagog|"
    "pedagogen|syv|syven|strateg|strategen|utredare|utredaren|ekonom|ekonomen|direktör|direktören|"
    "föreståndare|föreståndaren|ledare|ledaren|snickare|snickaren|svetsare|svetsaren|elektriker|"
    "elektrikern|rörmokare|rörmokaren|montör|montören|assistent|assistenten|receptionist|"
    "receptionisten|undersköterska|undersköterskan|biträde|biträdet|vikarie|vikarien|lärling|"
    "lärlingen|timvikarie|timmis|präst|prästen|kantor|kantorn|diakon|diakonen|arkitekt|arkitekten|"
    "utvecklare|utvecklaren|designer|testare|testaren|förskollärare|fritidsledare|kontaktperson|"
    "tandläkare|tandläkaren|tandsköterska|optiker|veterinär|veterinären|brandman|"
    "förman|förmannen|vd|vd:n|skyddsombud|skyddsombudet|administratör|administratören|städare|städaren"
)
_PERSON = (
    "mannen|man|killen|kille|tjejen|tjej|kvinnan|kvinna|utlänningen|invandraren|muslimen|finnen|"
    "gubben|tanten|människan|anställda|rullstolsburne|pensionären|unga|nyexade"
)
_ONLY = re.compile(
    r"\b(?:(?:vår|våran|vårt|våra|min|den|deras|er|husets|kommunens|skolans|avdelningens|enhetens|"
    r"förvaltningens|sjukhusets|bolagets) )?(?:enda|ende)(?: \w{2,20}(?:a|e|s))?"
    rf" (?:[\w-]{{0,25}}(?:{_ROLE_END})|{_PERSON})\b"
    r"(?: (?:på|i|hos|inom|av oss(?: på| i)?) (?:hela )?[\wåäö-]{2,30})?",
    re.IGNORECASE,
)
_ROLE_AT = re.compile(
    r"\b(?:[Bb]itr(?:ädande|\.) )?(?P<role>[^\W\d_][\w:-]{1,40}) (?:i|på|för|vid|från) "
    r"(?P<place>(?:Norra |Södra |Östra |Västra )?[A-ZÅÄÖ][\w-]{1,30})\b"
)
_PLACE_GLANCE = re.compile(r" (?:i|på|för|vid|från) [A-ZÅÄÖ]")
# "en lärare i Malmö" is one of many; "rektorn i Malmö" is a person.
_DEFINITE_ROLES = tuple(
    role for role in _ROLE_END.split("|") if role.endswith(("en", "an", "rn", "et", "vd", ":n"))
)


def find_roles(text: str) -> Iterator[Span]:
    """Yield roles that are said to be one person's, with what makes them so."""
    if "nda " in text or "nde " in text or "NDA " in text:
        for match in _ONLY.finditer(text):
            yield Span(match.start(), match.end(), Kind.ROLE)
    if _PLACE_GLANCE.search(text) is None:
        return
    lexicon = load_lexicon()
    for match in _ROLE_AT.finditer(text):
        if match["role"].lower().endswith(_DEFINITE_ROLES):
            place = match["place"].lower()
            if place.rstrip("s") in lexicon.places or place not in lexicon.things:
                yield Span(match.start(), match.end(), Kind.ROLE)


def find_birthdays(text: str) -> Iterator[Span]:
    """Yield dates and ages that are told as somebody's birthday."""
    for match in _BIRTHDAY.finditer(text):
        group = next(name for name in ("named", "age", "year") if match[name])
        yield Span(match.start(group), match.end(group), Kind.BIRTHDAY)
