"""Whether labelled data keep to the codebook, and what was meant where they do not."""

from difflib import get_close_matches

from signalread.codebook import Codebook
from signalread.errors import InputError
from signalread.labelling.items import Item

_LONGEST = 60  # characters of a label that are shown: what is longer may be a comment


def check_item(item: Item, *, codebook: Codebook, where: str) -> None:
    """Raise :class:`InputError` for an unknown label, one that stands twice, or an empty text.

    The message names the label and where it stands, never the text.
    """
    place = f"{where[0].upper()}{where[1:]}"
    if not item.text.strip():
        raise InputError(f"{place} has no text.", hint="remove it, or write its text")
    try:
        item.text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            f"{place} has a text that is not Unicode.", hint="export it again in UTF-8"
        ) from None
    for annotation in item.annotations:
        _check(annotation.labels, codebook, place)
        _check(annotation.asked or (), codebook, place)
        _check(tuple(dict.fromkeys(s.label for s in annotation.spans)), codebook, place)
        if any(not 0 <= s.start < s.end <= len(item.text) for s in annotation.spans):
            raise InputError(
                f"{place} has evidence outside its text.",
                hint="export it again; the text may have been changed after it was marked",
            )
    for prediction in item.predictions:
        _check(prediction.labels, codebook, place)


def _check(labels: tuple[str, ...], codebook: Codebook, place: str) -> None:
    for label in labels:
        if not isinstance(label, str) or label not in codebook.position:
            shown = f"'{label}'" if len(str(label)) <= _LONGEST else "of a comment's length"
            raise InputError(
                f"{place} has the unknown label {shown}.", hint=suggest(str(label), codebook)
            )
    if len(set(labels)) != len(labels):
        raise InputError(f"{place} has a label twice.", hint="give each label once")


def suggest(label: str, codebook: Codebook) -> str:
    """Return a hint at the label that was meant: by its id or by its name in any language."""
    names = {known.lower(): known for known in codebook.labels}
    for known in codebook.labels:
        for language in ("sv", "en"):
            try:
                name = codebook.name(known, language)
            except KeyError:  # a codebook need not have every language
                continue
            names.setdefault(name.lower(), known)
            names.setdefault(name.lower().replace("−", "-").replace(" ", ""), known)
    wanted = label.strip().lower()[:_LONGEST]
    near = get_close_matches(wanted, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{names[near[0]]}'?"
    return f"the codebook's labels are {', '.join(codebook.labels)}"
