"""Compose the example municipality from corpus comments: teams with climates of their own.

    python scripts/compose_examples.py corpora/sv-work corpora/examples

Nothing is written here: each answer is a whole comment of the corpus' train part, given to a team
whose climate it fits. The municipality, its teams and its respondents are invented.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from zlib import crc32

import typer

from signalread.codebook import load_codebook
from signalread.records import Source
from signalread.training.corpus import LabelledComment, read_corpus

HEADER = ("Svarsnummer", "Förvaltning", "Område", "Enhet", "Omgång", "Fråga", "Svar")
WAVES = ("2025 höst", "2026 vår")


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """How much more often (or seldom) a comment with a label is heard; 1 where it is not named."""

    weights: dict[str, float] = field(default_factory=dict)

    def fits(self, comment: LabelledComment) -> float:
        """Return the weight of a comment: the product over its labels."""
        weight = 1.0
        for segment in comment.segments:
            for label in segment.labels:
                weight *= self.weights.get(label, self.weights.get("*" + label[-1], 1.0))
        return min(weight, 50.0)


TRUSTING = Climate(weights={"trust": 3, "control": 0.1, "*+": 1.6, "*-": 0.3, "autonomy+": 4})
CONTROLLED = Climate(weights={"trust": 0.1, "control": 4, "*+": 0.4, "*-": 1.4, "autonomy-": 3})
DRIFTING = Climate(weights={"trust": 0.4, "control": 0.2, "clarity-": 6, "clarity+": 0.1})
OVERLOADED = Climate(
    weights={
        "trust": 1.5,
        "control": 0.3,
        "conditions-": 6,
        "collaboration+": 3,
        "help_seeking+": 2,
    }
)
SPLIT = Climate(
    weights={"collaboration-": 5, "respect-": 4, "inclusion-": 3, "collaboration+": 0.2}
)
SILENT = Climate(weights={"speaking_up-": 6, "mistakes-": 4, "control": 2, "speaking_up+": 0.1})
LEARNING = Climate(
    weights={"learning+": 5, "mistakes+": 4, "clarity+": 3, "control": 0.3, "*-": 0.5}
)
ORDINARY = Climate()

CARE = ("hemtjänst", "äldreboende", "LSS-boende", "hemsjukvård", "nattpatrull", "LSS", "omsorg")
SOCIAL = ("socialtjänst", "ekonomiskt bistånd", "HVB-hem", "socialkontor", "psykiatri")
SCHOOL = ("grundskola", "gymnasieskola", "skola", "komvux", "särskola", "kulturskola")
PRESCHOOL = ("förskola", "fritids", "fritidshem")
TECHNICAL = (
    "kommunal teknik", "vatten och avlopp", "parkförvaltning", "gatudrift", "fastighetsförvaltning",
    "kommunalt bostadsbolag", "städbolag", "lokalvård", "energi",
)  # fmt: skip
OFFICE = (
    "kommunförvaltning", "kommunal ekonomi", "regional IT", "HR-avdelning", "upphandlingsenhet",
    "länsstyrelse", "myndighet", "arkiv",
)  # fmt: skip
KITCHEN = ("skolmatsal", "skolkök", "kök", "kafé")
CULTURE = ("museum", "kulturskola", "folkhögskola", "kultur", "förening")

# Unit, respondents, corpus sectors, climate in each wave.
TEAMS: tuple[tuple[str, str, str, int, tuple[str, ...], Climate, Climate], ...] = (
    ("Vård och omsorg", "Hemtjänst", "Hemtjänst Norr", 34, CARE, CONTROLLED, TRUSTING),
    ("Vård och omsorg", "Hemtjänst", "Hemtjänst Söder", 31, CARE, CONTROLLED, CONTROLLED),
    ("Vård och omsorg", "Hemtjänst", "Hemtjänst Centrum", 28, CARE, OVERLOADED, OVERLOADED),
    ("Vård och omsorg", "Hemtjänst", "Nattpatrullen", 9, CARE, ORDINARY, SILENT),
    ("Vård och omsorg", "Särskilt boende", "Almgården", 26, CARE, TRUSTING, TRUSTING),
    ("Vård och omsorg", "Särskilt boende", "Björkbacken", 24, CARE, SPLIT, ORDINARY),
    ("Vård och omsorg", "Särskilt boende", "Solhöjden", 22, CARE, OVERLOADED, OVERLOADED),
    ("Vård och omsorg", "Funktionsstöd", "Gruppbostad Ängen", 11, CARE, LEARNING, LEARNING),
    ("Vård och omsorg", "Funktionsstöd", "Gruppbostad Tallen", 4, CARE, ORDINARY, ORDINARY),
    ("Vård och omsorg", "Funktionsstöd", "Daglig verksamhet", 14, CARE, ORDINARY, TRUSTING),
    ("Socialtjänst", "Barn och familj", "Utredning", 19, SOCIAL, OVERLOADED, SILENT),
    ("Socialtjänst", "Barn och familj", "Öppenvård", 12, SOCIAL, TRUSTING, TRUSTING),
    ("Socialtjänst", "Vuxna", "Ekonomiskt bistånd", 21, SOCIAL, CONTROLLED, ORDINARY),
    ("Socialtjänst", "Vuxna", "Boendestöd", 10, SOCIAL, LEARNING, LEARNING),
    ("Utbildning", "Grundskola", "Ekbackeskolan", 29, SCHOOL, ORDINARY, LEARNING),
    ("Utbildning", "Grundskola", "Sjöskolan", 27, SCHOOL, SILENT, SILENT),
    ("Utbildning", "Grundskola", "Resursteamet", 6, SCHOOL, ORDINARY, ORDINARY),
    ("Utbildning", "Gymnasium", "Ekvallagymnasiet", 32, SCHOOL, DRIFTING, DRIFTING),
    ("Utbildning", "Gymnasium", "Vuxenutbildningen", 13, SCHOOL, ORDINARY, ORDINARY),
    ("Utbildning", "Förskola", "Förskolan Kotten", 17, PRESCHOOL, TRUSTING, TRUSTING),
    ("Utbildning", "Förskola", "Förskolan Droppen", 16, PRESCHOOL, SPLIT, OVERLOADED),
    ("Utbildning", "Förskola", "Förskolan Stigen", 3, PRESCHOOL, ORDINARY, ORDINARY),
    ("Utbildning", "Måltid", "Skolköken", 15, KITCHEN, CONTROLLED, ORDINARY),
    ("Samhällsbyggnad", "Teknik", "Vatten och avlopp", 18, TECHNICAL, TRUSTING, TRUSTING),
    ("Samhällsbyggnad", "Teknik", "Gata och park", 22, TECHNICAL, ORDINARY, CONTROLLED),
    ("Samhällsbyggnad", "Fastighet", "Lokalvården", 25, TECHNICAL, CONTROLLED, CONTROLLED),
    ("Samhällsbyggnad", "Fastighet", "Drift", 12, TECHNICAL, LEARNING, LEARNING),
    ("Kommunstab", "Stöd", "It-enheten", 14, OFFICE, DRIFTING, ORDINARY),
    ("Kommunstab", "Stöd", "Ekonomi och upphandling", 13, OFFICE, CONTROLLED, CONTROLLED),
    ("Kommunstab", "Stöd", "HR", 8, OFFICE, ORDINARY, ORDINARY),
    ("Kommunstab", "Kultur", "Kultur och fritid", 16, CULTURE, TRUSTING, TRUSTING),
)
NOTES_FOR = (
    "Hemtjänst Norr", "Hemtjänst Söder", "Almgården", "Utredning", "Ekbackeskolan",
    "Ekvallagymnasiet", "Förskolan Kotten", "Vatten och avlopp", "Lokalvården", "It-enheten",
    "Skolköken", "Kultur och fritid",
)  # fmt: skip


def main(
    corpus: Annotated[Path, typer.Argument(help="The corpus folder.")],
    out: Annotated[Path, typer.Argument(help="Where the example files go.")],
    seed: int = 7,
) -> None:
    """Write enkat.csv, enkat.xlsx and twelve notes files."""
    chance = random.Random(seed)
    comments = list(read_corpus(corpus, codebook=load_codebook(), parts=["train"]))
    rows = compose_survey([c for c in comments if c.source is Source.SURVEY], chance)
    out.mkdir(parents=True, exist_ok=True)
    write_csv(rows, out / "enkat.csv")
    write_xlsx(rows, out / "enkat.xlsx")
    write_notes([c for c in comments if c.source is Source.NOTES], out / "anteckningar", chance)
    print(f"{len(rows)} answers, {len(TEAMS)} teams")


def compose_survey(comments: list[LabelledComment], chance: random.Random) -> list[tuple[str, ...]]:
    """Return the table's rows; most respondents answer once, some twice."""
    left: dict[str, list[LabelledComment]] = defaultdict(list)
    for comment in comments:
        left[comment.sector].append(comment)
    rows: list[tuple[str, ...]] = []
    number = 1000
    for wave_index, wave in enumerate(WAVES):
        for department, area, unit, size, sectors, *climates in TEAMS:
            # Half of a sector's comments for each wave: the second must not live on leavings.
            pool = [
                comment
                for sector in sectors
                for comment in left[sector]
                if crc32(comment.id.encode()) % len(WAVES) == wave_index
            ]
            for _ in range(size):
                number += chance.randint(1, 9)
                for _ in range(2 if chance.random() < 0.35 else 1):
                    if not pool:
                        continue
                    weights = [climates[wave_index].fits(comment) for comment in pool]
                    (chosen,) = chance.choices(pool, weights)
                    pool.remove(chosen)
                    left[chosen.sector].remove(chosen)
                    rows.append(
                        (
                            str(number),
                            department,
                            area,
                            unit,
                            wave,
                            chosen.question or "",
                            chosen.text,
                        )
                    )
    rows.sort(key=lambda row: (row[4], int(row[0])))
    return rows


def write_csv(rows: Iterable[tuple[str, ...]], path: Path) -> None:
    """Write as Excel in Sweden does: semicolons, Windows-1252 where it can, else UTF-8 with BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


def write_xlsx(rows: Iterable[tuple[str, ...]], path: Path) -> None:
    """Write the same table as a workbook; text stays text."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Svar")
        for number, row in enumerate([HEADER, *rows]):
            sheet.write_row(number, 0, row)


def write_notes(comments: Iterable[LabelledComment], folder: Path, chance: random.Random) -> None:
    """Write one notes document per team of ``NOTES_FOR``: half of them DOCX, half Markdown."""
    from docx import Document

    documents: dict[tuple[str, str], list[LabelledComment]] = defaultdict(list)
    for comment in comments:
        documents[comment.sector, f"{comment.team}|{comment.doc}"].append(comment)
    units = {unit: (f"{a} / {b} / {unit}", sectors) for a, b, unit, _, sectors, *_ in TEAMS}
    folder.mkdir(parents=True, exist_ok=True)
    for number, unit in enumerate(NOTES_FOR):
        path, sectors = units[unit]
        fitting = [key for key in documents if key[0] in sectors] or list(documents)
        key = chance.choice(sorted(fitting))
        lines = [comment.text for comment in documents.pop(key)]
        front = {"team": path, "datum": f"2026-0{1 + number % 5}-1{number % 9}", "omgång": WAVES[1]}
        name = f"{unit.lower().replace(' ', '-')}-{front['datum']}"
        if number % 2:
            body = "\n\n".join(lines)
            head = "\n".join(f"{label}: {value}" for label, value in front.items())
            (folder / f"{name}.md").write_text(f"---\n{head}\n---\n\n{body}\n", encoding="utf-8")
        else:
            document = Document()
            for label, value in front.items():
                document.add_paragraph(f"{label}: {value}")
            for line in lines:
                document.add_paragraph(line)
            document.save(str(folder / f"{name}.docx"))


if __name__ == "__main__":
    typer.run(main)
