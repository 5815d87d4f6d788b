"""Frameworks as lenses on the same shares, and a manager's own view of their elements."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from signalread.codebook import Codebook
from signalread.codebook.frameworks import Element, Framework, load_frameworks
from signalread.errors import InputError
from signalread.reporting.beside import Assessment
from signalread.reporting.scheme import Lens, LensElement, OwnView
from signalread.reporting.summary import label_names
from signalread.reporting.view import View
from signalread.reporting.wording import Words


def view_lenses(
    codebook: Codebook, frameworks: Sequence[Framework] | None, words: Words
) -> tuple[Lens, ...]:
    """Return the lenses of a report; without frameworks, those that ship."""
    return tuple(
        Lens(
            id=framework.id,
            name=words.text(framework.name),
            source=framework.source,
            note=words.text(framework.note),
            elements=tuple(_element(element, words) for element in framework.elements),
            dilemmas=tuple(
                (_element(dilemma.first, words), _element(dilemma.second, words))
                for dilemma in framework.dilemmas
            ),
        )
        for framework in _chosen(codebook, frameworks)
    )


def find_own_views(
    assessments: Sequence[Assessment],
    codebook: Codebook,
    frameworks: Sequence[Framework] | None,
    *,
    words: Words,
    units: Mapping[str, str],
) -> tuple[OwnView, ...]:
    """Match what managers gave with elements of the lenses, by the element's name or id.

    ``units`` maps paths to keys; what was given for other units is left out. Raises
    :class:`InputError` that names the row where no lens has such an element.
    """
    chosen = _chosen(codebook, frameworks)
    found = []
    for given in assessments:
        framework, element = _match(given, chosen)
        if given.team in units:
            found.append(
                OwnView(
                    unit=units[given.team],
                    lens=words.text(framework.name),
                    element=_element(element, words),
                    value=given.value,
                )
            )
    return tuple(found)


def by_name(view: View, element: LensElement) -> list[tuple[str, tuple[str, ...]]]:
    """Return an element's labels under the names of their themes and signals."""
    names = label_names(view)
    return [
        (name, tuple(labels)) for name, labels in groupby(element.labels, key=names.__getitem__)
    ]


def _chosen(codebook: Codebook, frameworks: Sequence[Framework] | None) -> Sequence[Framework]:
    return load_frameworks(codebook) if frameworks is None else frameworks


def _match(given: Assessment, frameworks: Sequence[Framework]) -> tuple[Framework, Element]:
    for framework in frameworks:
        if given.framework and given.framework != framework.id:
            continue
        for element in framework.elements:
            names = {element.id, *element.name.values()}
            if given.element.casefold() in {name.casefold() for name in names}:
                return framework, element
    within = f"the framework '{given.framework}'" if given.framework else "any framework shown"
    raise InputError(
        f"{given.row}: no element '{given.element}' in {within}.",
        hint="write an element as the report does, for example 'Samarbete'",
    )


def _element(element: Element, words: Words) -> LensElement:
    return LensElement(name=words.text(element.name), labels=element.labels)
