"""What a report may lay beside the shares; all of it is optional, and none of it hides a rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from signalread.codebook.frameworks import Framework
from signalread.records import Balance, ErrorRates


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words of one segment, redacted, that a person has let through for one label."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a manager gave one element of a framework, from 1 to 10, as the file has it."""

    team: str
    element: str
    value: int
    framework: str = ""  # its id, where the element's name stands in several
    row: str = ""  # where it was given, for messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many people of one unit and wave were asked, and how many of them answered."""

    team: str
    wave: str
    asked: int
    answered: int | None = None
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is laid beside the shares.

    ``frameworks`` are the lenses in their order; ``None`` means those that ship. ``asked`` must
    have passed disclosure.
    """

    balances: Sequence[Balance] = ()
    rates: ErrorRates | None = None
    frameworks: Sequence[Framework] | None = None
    quotations: Sequence[Quotation] = ()
    assessments: Sequence[Assessment] = ()
    asked: Sequence[Asked] = ()
