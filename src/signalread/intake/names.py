"""What columns are commonly called in Swedish and English surveys."""

import re

from signalread.intake.cleaning import fold


def _names(text: str) -> dict[str, int]:
    """Return folded names with their rank: the earlier is preferred."""
    names = [fold(name) for name in text.split(",")]
    return {name: rank for rank, name in reversed(list(enumerate(names)))}


TEXT = _names(
    "kommentar, kommentarer, fritext, fritextsvar, fritextkommentar, öppet svar, öppna svar, text, "
    "comment, comments, free text, open text, open answer, open response, open ended response, "
    "verbatim, synpunkt, synpunkter, kommentartext, comment text, anteckning, note"
)
ANSWER = _names("svar, svarstext, answer, answer text, response, response text, reply")
ID = _names(
    "id, kommentar-id, kommentarsid, comment id, svarsid, svar id, response id, answer id, "
    "record id, löpnummer, löpnr, radnummer"
)
RESPONDENT = _names(
    "respondent, respondent-id, respondentnummer, respondentnr, svarande, svarande-id, "
    "svarsperson, deltagare, deltagar-id, deltagarnummer, participant, participant id, "
    "medarbetar-id, medarbetarnummer, medarbetare, anställnings-id, anställningsnummer, "
    "anställningsnr, anst nr, employee id, employee number, employee, user id, user, användar-id, "
    "användare, person-id, personid, panelist, e-post, e-postadress, epostadress, mejl, email, "
    "e-mail, email address"
)
WAVE = _names(
    "omgång, enkätomgång, mätomgång, svarsomgång, mätning, mättillfälle, undersökningsomgång, våg, "
    "wave, survey wave, survey round, round, mätperiod, period, kvartal, quarter, undersökning, "
    "enkät, survey, survey name, år, year"
)
QUESTION = _names(
    "fråga, frågan, frågetext, frågeformulering, frågenamn, question, question text, "
    "question label, item"
)
SOURCE = _names("källa, source, ursprung, underlag")
LEVELS = (  # from the top of an organisation and down
    _names("koncern, bolag, company, organisation, organization, myndighet, kommun"),
    _names("förvaltning, förvaltningsnamn, division, sektor, direktorat, fakultet, administration"),
    _names("område, verksamhetsområde, affärsområde, business area, area, region, distrikt"),
    _names("verksamhet, avdelning, avdelningsnamn, department, klinik, institution"),
    _names("sektion, section"),
    _names(
        "enhet, enhetsnamn, unit, org unit, organisationsenhet, arbetsplats, workplace, "
        "arbetsställe, resultatenhet, kostnadsställe"
    ),
    _names(
        "team, teamnamn, team name, team path, teamväg, organisationsväg, org path, grupp, group, "
        "arbetsgrupp, arbetslag"
    ),
)
NUMBERED_LEVEL = re.compile(r"(?:organisations?|org)?(?:niva|level)(\d{1,2})(?:namn|name)?")
NUMBERED_TEXT = re.compile(r"(?:kommentar|comment|fritext|freetext|oppetsvar|opensvar)")
