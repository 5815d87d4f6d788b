"""From several people's answers to the one that counts: by majority or by a third person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from signalread.errors import InputError
from signalread.labelling.agreement import Rating
from signalread.labelling.distance import masi_distance
from signalread.labelling.items import Annotation, AnswerStatus, Item

NONE = "–"  # how an answer without labels is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Items with the one annotation that counts, and what was left out.

    ``tied`` are the ids of items whose answers weigh the same; ``left_out`` counts the rest by
    reason: ``unanswered``, ``skipped``, ``draft``, ``rejected`` or ``partial`` (not asked about
    every label). ``decided`` is how many a third person decided, ``by_majority`` how many had
    several answers to weigh.
    """

    items: tuple[Item, ...]
    tied: tuple[str, ...]
    left_out: Counter[str]
    decided: int
    by_majority: int


def make_ratings(items: Iterable[Item]) -> list[Rating]:
    """Return the submitted answers as ratings; people without a name are told apart by number."""
    ratings = []
    for item in items:
        unnamed = 0
        for answer in item.answers:
            unnamed += not answer.annotator
            ratings.append(
                Rating(
                    item=item.id,
                    annotator=answer.annotator or f"unnamed {unnamed}",
                    labels=frozenset(answer.labels),
                    asked=None if answer.asked is None else frozenset(answer.asked),
                    group=item.comment_id,
                )
            )
    return ratings


def settle_items(
    items: Iterable[Item],
    *,
    labels: Sequence[str],
    decisions: Mapping[str, Annotation] | None = None,
) -> Settled:
    """Return the items that have an answer that counts, each with that answer alone.

    A label counts where more than half of those asked about it gave it; where exactly half did,
    the item is tied. Of a person's own answers the last about a label counts. ``decisions``, by
    item id, go before any majority. Raises :class:`InputError` for a decision about an item that
    is not there.
    """
    decisions = dict(decisions or {})
    settled: list[Item] = []
    tied: list[str] = []
    left_out: Counter[str] = Counter()
    decided = by_majority = 0
    for item in items:
        if (decision := decisions.pop(item.id, None)) is not None:
            decided += 1
            settled.append(replace(item, annotations=(decision,)))
            continue
        votes = _votes(item, labels)
        if not votes:
            left_out[_reason(item)] += 1
        elif not set(labels) <= {label for vote in votes.values() for label in vote}:
            left_out["partial"] += 1
        elif (given := _majority(votes, labels)) is None:
            tied.append(item.id)
        else:
            by_majority += len(votes) > 1
            settled.append(replace(item, annotations=(_joint(item, given),)))
    if decisions:
        raise InputError(
            f"The adjudication decides on '{next(iter(decisions))[:60]}', which no file has.",
            hint="give it with the files that it was made from",
        )
    return Settled(
        items=tuple(settled),
        tied=tuple(tied),
        left_out=left_out,
        decided=decided,
        by_majority=by_majority,
    )


def list_disagreements(items: Iterable[Item]) -> list[Item]:
    """Return the items whose answers differ, furthest apart first, for a third person to answer.

    They have no annotations; ``answers`` says what was answered and how often, without names, and
    ``disputed`` which labels it is about. A submitted answer to one is its decision.
    """
    found: list[tuple[float, Item]] = []
    for item in items:
        answers = [frozenset(a.labels) for a in item.answers if a.asked is None]
        if len(set(answers)) < 2:
            continue
        pairs = list(combinations(answers, 2))
        apart = sum(masi_distance(a, b) for a, b in pairs) / len(pairs)
        told = Counter(", ".join(sorted(answer)) or NONE for answer in answers)
        disputed = frozenset.union(*answers) - frozenset.intersection(*answers)
        note = {
            "answers": " | ".join(f"{n} × {answer}" for answer, n in sorted(told.items())),
            "disputed": ", ".join(sorted(disputed)),
        }
        found.append(
            (apart, replace(item, annotations=(), predictions=(), extra={**item.extra, **note}))
        )
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def read_decisions(items: Iterable[Item]) -> dict[str, Annotation]:
    """Return the decisions of a filled-in list of disagreements, by item id.

    What is not answered yet is no decision. Raises :class:`InputError` where an item has several.
    """
    decisions = {}
    for item in items:
        if len(item.answers) > 1:
            raise InputError(
                f"The adjudication has several answers to '{item.id[:60]}'.", hint="keep one"
            )
        for answer in item.answers:
            decisions[item.id] = answer
    return decisions


def _votes(item: Item, labels: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Return for each person whether they gave each label that they were asked about."""
    votes: dict[str, dict[str, bool]] = defaultdict(dict)
    for number, answer in enumerate(item.answers):
        asked = labels if answer.asked is None else answer.asked
        person = answer.annotator or f"unnamed {number}"
        votes[person] |= {label: label in answer.labels for label in asked}
    return votes


def _majority(votes: Mapping[str, Mapping[str, bool]], labels: Sequence[str]) -> list[str] | None:
    """Return the labels that most gave, or nothing where it stands even on one."""
    given = []
    for label in labels:
        told = [vote[label] for vote in votes.values() if label in vote]
        if 2 * sum(told) == len(told):
            return None
        if 2 * sum(told) > len(told):
            given.append(label)
    return given


def _joint(item: Item, labels: Sequence[str]) -> Annotation:
    """Return the one answer there is as it stands, or else that of all who answered."""
    if len(item.answers) == 1 and item.answers[0].asked is None:
        return item.answers[0]
    people = dict.fromkeys(answer.annotator for answer in item.answers if answer.annotator)
    return Annotation(annotator=", ".join(people), labels=tuple(labels))


def _reason(item: Item) -> str:
    """Say why an item has no answer, by what comes closest to one."""
    found = {annotation.status for annotation in item.annotations}
    order = (AnswerStatus.REJECTED, AnswerStatus.DRAFT, AnswerStatus.SKIPPED)
    return next((status.value for status in order if status in found), "unanswered")
