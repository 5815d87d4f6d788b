import pytest

from signalread.redaction import load_name_finder

FIND = load_name_finder()


def names(text: str) -> list[str]:
    (found,) = FIND([text])
    return [text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Prata med Kerstin på lönekontoret.", ["Kerstin"]),
        ("prata med kerstin på lönekontoret", ["kerstin"]),
        ("Kerstins grupp har det bra.", ["Kerstins"]),
        ("jag litar på emma, inte på johan", ["emma", "johan"]),
        ("Kertsin svarar aldrig.", ["Kertsin"]),
        ("Det var A.K. som skrev.", ["A.K."]),
        ("Vår chef, Henrik Stål, är rak.", ["Henrik Stål"]),
        ("Enligt S. Holmberg ska allt dokumenteras.", ["S. Holmberg"]),
        ("Mohammed Al-Hassan är en bra handledare.", ["Mohammed Al-Hassan"]),
        ("Det blev tyst när Van der Berg kom in.", ["Van der Berg"]),
        ("Anna von Essen och Ann-Charlotte bråkar.", ["Anna von Essen", "Ann-Charlotte"]),
        ("När Zrinka fick gå var det tomt.", ["Zrinka"]),
        ("Bosse, Kattis och Ninni skojar om allt.", ["Bosse", "Kattis", "Ninni"]),
        ("Jag trivs. /Tompa", ["Tompa"]),
        ("Bra ledning. Mvh Gunilla F", ["Gunilla F"]),
        ("P-O och PG kör sin egen budget.", ["P-O", "PG"]),
        ("Lasse: vi tar det på fredag.", ["Lasse"]),
        ("DET ÄR PETRA SOM ÄR PROBLEMET", ["PETRA"]),
        ("Alla litar på Kovács.", ["Kovács"]),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Det låg sten över hela gården.",
        "Hans bil stod i vägen.",
        "Per månad får vi två helger.",
        "En stig leder ner till baracken.",
        "Vi har mark så det räcker.",
        "Ros till hela köket.",
        "Dag efter dag samma tjafs.",
        "Det är ett berg av papper.",
        "Lind och lönn behöver beskäras.",
        "Väggarna målades rosa.",
        "Golvet var helt lena.",
        "Inga raster hinns med.",
        "Mina arbetskamrater är bäst.",
        "Ville man ha ledigt fick man fråga.",
        "Max fyra får vara lediga.",
        "I maj och juni var det kaos.",
        "Klara besked, tack.",
        "Vi använder Teams, Cosmic och Heroma.",
        "Stockholm bestämmer och Luleå lyder.",
        "Försäkringskassan ringde.",
        "Kvalitetsronden görs på fredagar.",
        "På Lindgården saknas vikarier.",
        "Rut-avdrag gäller inte oss.",
        "Båten Maria ligger på varvet.",
        "Verkstan är kall och motorn trasig.",
    ],
)
def test_an_everyday_word_is_left(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Björn sa att björn syns i skogen.", ["Björn"]),
        ("Sten i receptionen bär sten.", ["Sten"]),
        ("Hans Lund slutar. Hans skrivbord står kvar.", ["Hans Lund", "Hans"]),
        ("Per frågar hur man mår per vecka.", ["Per"]),
        ("tack lena för lena händer", ["lena"]),
        ("Det är Rosa som målar rosa.", ["Rosa"]),
        ("Inga hinner inga raster.", ["Inga"]),
        ("Berg är en rättvis chef.", ["Berg"]),
    ],
)
def test_a_name_that_is_a_word_is_told_by_what_stands_around_it(
    text: str, expected: list[str]
) -> None:
    assert names(text) == expected
