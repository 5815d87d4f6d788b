"""Runs, the heat map, a unit, a theme and the codebook: for every role, and without any text."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from signalread.codebook import Codebook
from signalread.codebook.examples import load_examples
from signalread.records import Compared, Source
from signalread.reporting import View
from signalread.reporting.view import Hidden, Profile, Unit
from signalread.review.access import needs
from signalread.review.models import Run
from signalread.review.pages import in_language, label_name, reason_text, show, unit_name
from signalread.review.registration import codebook_of
from signalread.review.roles import Ability
from signalread.review.shares import view_of

_Entries = tuple[str, str, tuple[str, ...]]  # a theme's or signal's id, name and labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share as a page shows it, or in ``why`` the reason that it is not shown."""

    label: str
    tone: str  # "s" is drawn in blue, "c" in orange
    percent: int | None = None
    low: int = 0
    high: int = 0
    marks: tuple[tuple[str, str], ...] = ()  # sign, and what it means
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit, wave or source with its figures; ``why`` where it has none at all."""

    name: str
    key: str
    level: int
    n: int | None
    why: str
    figures: tuple[Figure, ...]


@needs(Ability.SHARES)
@require_GET
def list_runs(request: HttpRequest) -> HttpResponseBase:
    """Show the runs that the site knows."""
    return show(request, "runs.html", runs=Run.objects.order_by("-created"), here="runs")


@needs(Ability.SHARES)
@require_GET
def show_map(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show every unit against every theme, for one wave."""
    run = get_object_or_404(Run, pk=run_id)
    view, codebook = view_of(run), codebook_of(run)
    wave = request.GET.get("wave", view.wave)
    if wave not in (*view.waves, ""):
        raise Http404
    groups = [
        (heading, entries, _map_rows(view, codebook, entries, wave))
        for heading, entries in headings(codebook)
    ]
    return show(request, "map.html", run=run, view=view, wave=wave, groups=groups, here="map")


@needs(Ability.SHARES)
@require_GET
def show_unit(request: HttpRequest, run_id: int, key: str) -> HttpResponseBase:
    """Show one unit: every theme, in each source, for its last wave."""
    run = get_object_or_404(Run, pk=run_id)
    view, codebook = view_of(run), codebook_of(run)
    unit = _unit(view, key)
    profiles = [
        (source, profiles[-1])
        for source, profiles in ((Source.SURVEY, unit.survey), (Source.NOTES, unit.notes))
        if profiles
    ]
    sections = [
        (
            source.value,
            profile,
            reason_text(
                profile.reason, limit=view.facts.min_respondents, source=source
            ),
            [
                (
                    heading,
                    [
                        (id_, name, [_figure(view, codebook, profile, label) for label in labels])
                        for id_, name, labels in entries
                    ],
                )
                for heading, entries in headings(codebook)
            ],
        )
        for source, profile in profiles
    ]  # fmt: skip
    above = view.unit(unit.parent) if unit.parent else None
    below = [(view.unit(child).key, view.unit(child).name) for child in unit.children]
    return show(
        request, "unit.html", run=run, view=view, unit=unit, name=unit_name(unit.name),
        sections=sections, above=above, above_name=above and unit_name(above.name),
        below=below, here="map", team=_team(unit),
    )  # fmt: skip


@needs(Ability.SHARES)
@require_GET
def show_theme(request: HttpRequest, run_id: int, key: str, theme: str) -> HttpResponseBase:
    """Show one theme or signal in a unit: wave after wave, and in the units below."""
    run = get_object_or_404(Run, pk=run_id)
    view, codebook = view_of(run), codebook_of(run)
    unit = _unit(view, key)
    entries = {id_: (name, labels) for _h, rows in headings(codebook) for id_, name, labels in rows}
    if theme not in entries:
        raise Http404
    name, labels = entries[theme]
    waves = [
        _row(view, codebook, unit, profile, labels, name=profile.wave, key="")
        for profile in unit.survey
    ]  # fmt: skip
    below = [
        _row(view, codebook, child, view.now(child), labels, name=child.name, key=child.key)
        for child in map(view.unit, unit.children)
    ]
    return show(
        request, "theme.html", run=run, view=view, unit=unit, unit_name=unit_name(unit.name),
        name=name, labels=[(label, label_name(codebook, label)) for label in labels],
        waves=waves, below=below, theme=theme, here="map", team=_team(unit),
        meaning=_meaning(codebook, theme),
    )  # fmt: skip


@needs(Ability.SHARES)
@require_GET
def show_codebook(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Show what each label means, with examples and close calls."""
    run = get_object_or_404(Run, pk=run_id)
    codebook = codebook_of(run)
    return show(
        request, "codebook.html", run=run, entries=codebook_entries(codebook), here="codebook"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a label means, for whoever is to give it."""

    label: str
    tone: str
    name: str
    meaning: str
    examples: tuple[str, ...]
    close_call: str
    ruling: str


def codebook_entries(codebook: Codebook) -> list[Entry]:
    """Return every label's entry, in the order of the codebook."""
    examples = load_examples(codebook)
    found = []
    for label in codebook.labels:
        shown = examples.get(label)
        found.append(
            Entry(
                label=label,
                tone=tone_of(codebook, label),
                name=label_name(codebook, label),
                meaning=dict(_meaning(codebook, label.rstrip("+-"))).get(label, ""),
                examples=shown.sentences if shown else (),
                close_call=shown.close_call if shown else "",
                ruling=in_language(shown.ruling) if shown else "",
            )
        )
    return found


def tone_of(codebook: Codebook, label: str) -> str:
    """Return how a label is drawn: concerns, and every signal but the first, in orange."""
    if label[-1:] in ("+", "-"):
        return "s" if label[-1] == "+" else "c"
    return "s" if label == codebook.signals[0].id else "c"


def _meaning(codebook: Codebook, id_: str) -> list[tuple[str, str]]:
    for signal in codebook.signals:
        if signal.id == id_:
            return [(id_, in_language(signal.definition))]
    return [
        pair
        for theme in codebook.themes
        if theme.id == id_
        for pair in (
            (f"{id_}+", in_language(theme.strength)),
            (f"{id_}-", in_language(theme.concern)),
        )
    ]


def headings(codebook: Codebook) -> list[tuple[str, list[_Entries]]]:
    """Return each heading of a codebook with its signals or themes: id, name and labels."""
    found: list[tuple[str, list[_Entries]]] = []
    if codebook.signals:
        signals: list[_Entries] = [(s.id, in_language(s.name), (s.id,)) for s in codebook.signals]
        found.append((_("Signaler"), signals))
    for group in dict.fromkeys([*codebook.groups, *(t.group for t in codebook.themes)]):
        themes: list[_Entries] = [
            (t.id, in_language(t.name), (f"{t.id}+", f"{t.id}-"))
            for t in codebook.themes
            if t.group == group
        ]
        if themes:
            found.append((in_language(codebook.groups.get(group, {})) or _("Teman"), themes))
    return found


def _map_rows(view: View, codebook: Codebook, entries: list[_Entries], wave: str) -> list[Row]:
    labels = tuple(label for _id, _name, own in entries for label in own)
    return [
        _row(view, codebook, unit, _profile_in(unit, wave), labels, name=unit.name, key=unit.key)
        for unit in view.units
    ]


def _profile_in(unit: Unit, wave: str) -> Profile | None:
    return next((p for p in unit.survey if p.wave == wave), None)


def _row(
    view: View,
    codebook: Codebook,
    unit: Unit,
    profile: Profile | None,
    labels: tuple[str, ...],
    *,
    name: str,
    key: str,
) -> Row:
    limit = view.facts.min_respondents
    known = profile is not None and profile.n is not None
    return Row(
        name=unit_name(name),
        key=key,
        level=min(unit.level, 4),
        n=profile.n if profile else None,
        why="" if known else reason_text(profile.reason if profile else None, limit=limit),
        figures=tuple(_figure(view, codebook, profile, label) for label in labels)
        if profile
        else (),
    )


def _figure(view: View, codebook: Codebook, profile: Profile, label: str) -> Figure:
    found, tone = profile.figures.get(label), tone_of(codebook, label)
    if found is None or isinstance(found, Hidden):
        reason = found.reason if found else profile.reason
        why = reason_text(reason, limit=view.facts.min_respondents, source=profile.source)
        return Figure(label=label, tone=tone, why=why)
    marks = []
    if found.parent is Compared.HIGHER:
        marks.append((">", _("säkert fler än i resten av enheten")))
    elif found.parent is Compared.LOWER:
        marks.append(("<", _("säkert färre än i resten av enheten")))
    if found.last_wave is Compared.HIGHER:
        marks.append(("↑", _("fler än förra omgången")))
    elif found.last_wave is Compared.LOWER:
        marks.append(("↓", _("färre än förra omgången")))
    return Figure(
        label=label,
        tone=tone,
        percent=found.percent,
        low=found.low,
        high=found.high,
        marks=tuple(marks),
    )


def _unit(view: View, key: str) -> Unit:
    unit = next((unit for unit in view.units if unit.key == key), None)
    if unit is None:
        raise Http404
    return unit


def _team(unit: Unit) -> str:
    """Return the unit's path as comments have it; nothing for the whole organisation."""
    return unit.path if unit.parent is not None else ""
