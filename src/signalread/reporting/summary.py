"""What to say first: three sentences that hold, and what has certainly changed."""

from collections.abc import Iterator

from signalread.records import Compared
from signalread.reporting.view import Change, Finding, Profile, Share, ThemeView, Unit, View

WORTH_SAYING = 5  # percentage points: a certain change can still be too small to lead with


def find_changes(view: View) -> tuple[tuple[Change, ...], int]:
    """Return what has certainly changed since the wave before, and how many shares were compared.

    Only units and labels that both waves show are compared.
    """
    changes = []
    comparisons = 0
    names = label_names(view)
    for unit, before, now in _pairs(view):
        for label, name in names.items():
            share, earlier = now.share(label), before.share(label)
            if share is None or earlier is None or share.last_wave is None:
                continue
            comparisons += 1
            if share.last_wave is not Compared.NOT_CERTAIN:
                assert before.n is not None
                assert now.n is not None
                changes.append(
                    Change(
                        unit=unit,
                        label=label,
                        name=name,
                        before=earlier,
                        before_n=before.n,
                        now=share,
                        now_n=now.n,
                        welcome=(share.last_wave is Compared.HIGHER) == is_welcome(label),
                    )
                )
    return tuple(changes), comparisons


def summarize(view: View) -> tuple[Finding, ...]:
    """Choose the sentences that matter for the whole organisation, the strength first.

    A superlative is used only where the interval of the next theme lies wholly below.
    """
    profile = view.now(view.whole)
    if profile.n is None:
        return ()
    strengths = {t.strength_label: t.name for t in view.themes}
    concerns = {t.concern_label: t.name for t in view.themes}
    strength = _leading(view, profile, strengths)
    concern = _leading(view, profile, concerns)
    said = {finding.label for finding in (strength, concern) if finding is not None}
    change = _largest_change(view, without=said) or _signals(view, profile)
    return tuple(finding for finding in (strength, change, concern) if finding is not None)


def is_welcome(label: str) -> bool:
    """Tell whether more of a label is good news: a strength, or any signal but control."""
    return not label.endswith("-") and label != "control"


def ranked(profile: Profile, labels: Iterator[str] | list[str]) -> list[tuple[str, Share]]:
    """Return the labels that enough people stand behind, the most common first."""
    shares = [(label, share) for label in labels if (share := profile.share(label))]
    return sorted(
        ((label, s) for label, s in shares if s.carries), key=lambda item: -item[1].percent
    )


def label_names(view: View) -> dict[str, str]:
    """Return the signal's or theme's name for each label; a polarity is not part of it."""
    return {signal.label: signal.name for signal in view.signals} | {
        label: theme.name
        for theme in view.themes
        for label in (theme.strength_label, theme.concern_label)
    }


def strengths_to_keep(view: View, profile: Profile) -> list[tuple[ThemeView, Share]]:
    """Return the two strengths that most people stand behind."""
    themes = {theme.strength_label: theme for theme in view.themes}
    return [(themes[label], share) for label, share in ranked(profile, list(themes))[:2]]


def concern_to_talk_about(view: View, profile: Profile) -> tuple[ThemeView, Share] | None:
    """Return the concern that most people stand behind: one is enough for one meeting."""
    themes = {theme.concern_label: theme for theme in view.themes}
    for label, share in ranked(profile, list(themes))[:1]:
        return themes[label], share
    return None


def _leading(view: View, profile: Profile, names: dict[str, str]) -> Finding | None:
    order = ranked(profile, list(names))
    if not order or profile.n is None:
        return None
    label, share = order[0]
    strength = label.endswith("+")
    if len(order) == 1 or share.low > order[1][1].high:
        lead = "Den vanligaste styrkan är" if strength else "Det vanligaste bekymret är"
    else:
        lead = f"Till de vanligaste {'styrkorna' if strength else 'bekymren'} hör"
    before = [c.before for c in view.changes if c.unit is view.whole and c.label == label]
    return Finding(
        kind="strength" if strength else "concern",
        label=label,
        lead=f"{lead} {names[label]}:",
        share=share,
        n=profile.n,
        before=before[0] if before else None,
    )


def _largest_change(view: View, *, without: set[str]) -> Finding | None:
    mine = [
        change
        for change in view.changes
        if change.unit is view.whole
        and change.label not in without
        and abs(change.now.percent - change.before.percent) >= WORTH_SAYING
    ]
    if not mine:
        return None
    change = max(mine, key=lambda c: abs(c.now.percent - c.before.percent))
    direction = "Fler" if change.now.last_wave is Compared.HIGHER else "Färre"
    return Finding(
        kind="change",
        label=change.label,
        lead=f"{direction} än förra omgången {_describes(view, change.label, change.name)}:",
        share=change.now,
        n=change.now_n,
        before=change.before,
    )


def _signals(view: View, profile: Profile) -> Finding | None:
    shares = [(s, share) for s in view.signals if (share := profile.share(s.label))]
    if not shares or profile.n is None:
        return None
    (first, share), *rest = shares
    return Finding(
        kind="signal",
        label=first.label,
        lead=f"{first.name} i arbetet beskrivs av",
        share=share,
        n=profile.n,
        beside=tuple((other.name.lower(), second) for other, second in rest[:1]),
    )


def _describes(view: View, label: str, name: str) -> str:
    if label in {signal.label for signal in view.signals}:
        return f"beskriver {name.lower()} i arbetet"
    theme = next(t.name for t in view.themes if label in (t.strength_label, t.concern_label))
    return f"beskriver {theme} som {'ett bekymmer' if label.endswith('-') else 'en styrka'}"


def _pairs(view: View) -> Iterator[tuple[Unit, Profile, Profile]]:
    for unit in view.units:
        if len(unit.survey) > 1 and unit.survey[-1].wave == view.wave:
            yield unit, unit.survey[-2], unit.survey[-1]
