"""The run folder on disk: written whole or not at all, and read back for review and reports."""

from signalread.runs.folder import RunFolder, translated_errors
from signalread.runs.inputs import InputFile, check_inputs, hash_file, take_inputs
from signalread.runs.job import PART, Job
from signalread.runs.layout import estimate_row
from signalread.runs.parts import PartWriter, cut_parts, pack_part
from signalread.runs.saved import SavedRun, open_run

__all__ = [
    "PART",
    "InputFile",
    "Job",
    "PartWriter",
    "RunFolder",
    "SavedRun",
    "check_inputs",
    "cut_parts",
    "estimate_row",
    "hash_file",
    "open_run",
    "pack_part",
    "take_inputs",
    "translated_errors",
]
