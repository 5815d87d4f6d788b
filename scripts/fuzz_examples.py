"""Small whole files of every format, for the fuzzer to damage."""

import io
import json
from pathlib import Path

from signalread.codebook import load_codebook

TEXTS = tuple(
    text.encode()
    for text in (
        "Anna Berg lyssnar, men Björn von Essen bestämmer allt. Ring 070-123 45 67!",
        "Vår enda kurator fyller 50 år den 3 maj. Mejla anna.berg@kommun.se eller @annab",
        "Jag bor på Storgatan 12 B, 123 45 Umeå. 19811228-9874 är numret. /Kerstin",
        "Bl.a. går det bra... kl. 14 (ibland) – men å andra sidan: inget alls :) Vi hinner ej",
        "1. Mer tid 2. Färre möten\n- lugn • ro\nREKTORN I MALMÖ SA NEJ! Läs www.kommun.se",
    )
)
CSV = tuple(
    text.encode()
    for text in (
        'Enhet;Fråga;Kommentar\nKök;"Vad är bra?";"Vi hjälps åt; alltid"\nStäd;;Inget att säga\n',
        'team,wave,text\r\n"A / B",2026,"Han sa ""hej"" till oss i går"\r\nC,2025,Vi får tid\r\n',
        "sep=|\nteam|text|källa\nA|Vi bestämmer själva här|enkät\nB|Ingen lyssnar på oss|apt\n",
        "Rapport\n\nid\trespondent\tteam\tsvar\n1\tr1\tA > B\tDet är bra här\n",
    )
)
JSON_LINES = (
    b'{"team": ["A", "B"], "text": "Vi hj\\u00e4lps \\u00e5t", "wave": 2026.0}\n'
    b'{"team": "C", "text": null, "n": 1e5, "extra": {"a": [1, 2]}}\n',
)
NOTES = tuple(
    text.encode()
    for text in (
        "---\nteam: Köket\ndatum: 2026-03-14\n---\n# APT Köket\n\n## Arbetsmiljö\n"
        "- Anna: vi **hinner** inte\n- [x] `kod`\n\n| a | b |\n|---|---|\n| c | d |\n\n> citat\n",
        "APT Hemtjänst Norr 2026-03-14\nNärvarande: Anna Berg, Bo Ek\n\nBeslut: teamet lägger\n"
        "schemat\n- Anna (ordf): bra\n1) först\n\nNästa möte den 3 maj kl. 10.00\n",
    )
)
SETTINGS = (
    b'text_columns = ["Kommentar", "Fritext"]\nteam_columns = "Enhet"\nmin_respondents = 8\n'
    b'coverage = 0.9\nsalt = "x"\nlanguage = "sv"\n'
)
CODEBOOK = (
    'version: "1"\nsignals:\n  - id: trust\n    name: {sv: Tillit, en: Trust}\n'
    "    definition:\n      sv: >-\n        Text på\n        rader\n"
    "themes:\n  - id: a\n    group: g\n"
    "    name: {sv: A}\n    strength: {sv: B}\ngroups:\n  g: {sv: G}\n"
).encode()
FRAMEWORKS = (
    b"frameworks:\n  - id: f\n    name: {sv: F, en: F}\n    source: x\n    note: {sv: n}\n"
    b"    elements:\n      - {id: e, name: {sv: E}, labels: [trust, autonomy]}\n"
    b"    dilemmas:\n      - poles:\n          - {name: {sv: P}, labels: [trust]}\n"
    b"          - {name: {sv: Q}, labels: [control]}\n"
)
LABELS = (
    b'{"id": "1", "text": "Vi litar", "annotations": [{"annotator": "a", "status": "submitted",'
    b' "labels": ["trust"]}]}\n',
    b'{"id": 1, "text": "Vi litar", "label": ["trust"]}\n',
)
PDF = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R
/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >> endobj
4 0 obj << /Length 73 >> stream
BT /F1 12 Tf 10 200 Td (APT Norr 2026-03-14) Tj 0 -20 Td (Vi hinner.) Tj ET /X Do
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
6 0 obj << /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 30 >> stream
BT 1 2 3 4 5 6 Tm [(a) -9 (b)] TJ ET
endstream endobj
trailer << /Root 1 0 R /Size 7 >>
startxref
0
%%EOF
"""


def make_xlsx() -> bytes:
    """Return a workbook of two sheets."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["team", "wave", "text"])
        sheet.write_row(1, 0, ["Kök", 2026, "Vi hjälps åt"])
        sheet.write_formula(2, 2, '="Vi "&"hinner"', value="Vi hinner")
        book.add_worksheet("Tom")
    return made.getvalue()


def make_ods() -> bytes:
    """Return an OpenDocument sheet."""
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
    from odf.table import Table, TableCell, TableRow  # type: ignore[import-untyped]
    from odf.text import P  # type: ignore[import-untyped]

    document = OpenDocumentSpreadsheet()
    table = Table(name="A")
    for line in (("team", "text"), ("Kök", "Vi hjälps åt"), ("Städ", "Det går bra")):
        row = TableRow()
        for value in line:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def make_docx() -> bytes:
    """Return notes in Word, with a table."""
    import docx

    made = io.BytesIO()
    document = docx.Document()
    document.add_heading("APT Norr 2026-03-14")
    document.add_paragraph("Vi hjälps åt när det är tungt.", style="List Bullet")
    document.add_table(1, 2).cell(0, 1).text = "Anna: vi hinner inte"
    document.save(made)
    return made.getvalue()


def make_parquet() -> bytes:
    """Return a Parquet file of several kinds of columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = io.BytesIO()
    table = pa.table(
        {
            "team": [["A", "B"], ["C"], None],
            "text": ["Vi hjälps åt", "Det går bra", None],
            "wave": pa.array([1, 2, 3], pa.date32()),
            "at": pa.array([1, None, 3], pa.timestamp("ns")),
            "n": [1.5, 2.0, None],
        }
    )
    pq.write_table(table, made, compression="snappy")
    return made.getvalue()


def make_run(folder: Path) -> None:
    """Write a run folder of one comment."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from signalread.runs.layout import COMMENTS, FORMAT, SEGMENTS

    codebook = load_codebook()
    (folder / "restricted").mkdir(parents=True, exist_ok=True)
    rates = {
        name: [0.9] * len(codebook.labels)
        for name in ("sensitivity", "specificity", "positives", "negatives")
    }
    description = {
        "format": FORMAT,
        "created": "2026-11-28T12:00:00",
        "model": {"name": "a", "digest": "0", "error_rates": rates},
        "codebook": {"version": codebook.version, "digest": codebook.digest},
        "settings": {"min_respondents": 5},
        "counts": {"read": 1},
    }
    (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
    text = "Vi litar på varandra."
    comment = dict.fromkeys(COMMENTS.names, "a") | {
        "comment_id": "1",
        "source": "survey",
        "text": text,
        "status": "read",
    }
    pq.write_table(
        pa.Table.from_pylist([comment], COMMENTS), folder / "restricted" / "comments.parquet"
    )
    segment = {
        "comment_id": "1",
        "segment": 0,
        "start": 0,
        "end": len(text),
        "text": text,
        "labels": ["trust"],
        "scores": [(label, 0.5) for label in codebook.labels],
        "evidence": [{"start": 0, "end": 2, "label": "trust"}],
    }
    pq.write_table(
        pa.Table.from_pylist([segment], SEGMENTS),
        folder / "restricted" / "segments.parquet",
        compression="none",
    )
