"""What to say first: three sentences that hold, and what has certainly changed."""

from collections.abc import Iterator

from signalread.records import Compared
from signalread.reporting.scheme import ThemeView
from signalread.reporting.view import Change, Finding, Lean, Profile, Share, Unit, View

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


def say_finding(view: View, finding: Finding) -> tuple[str, dict[str, object]]:
    """Return a finding's sentence as a message and its parts, to be put together with ``%``.

    Shares among the parts are :class:`Share`, so that each output writes them in its own way.
    """
    words = view.words
    parts: dict[str, object] = {
        "lead": finding.lead,
        "share": finding.share,
        "n": words.number(finding.n),
    }
    if finding.beside is not None:
        name, share = finding.beside
        message = words.say("%(lead)s %(share)s and %(name)s by %(beside)s of %(n)s respondents.")
        return message, parts | {"name": name, "beside": share}
    if finding.before is not None:
        message = words.say(
            "%(lead)s %(share)s of %(n)s respondents, against %(before)s last time."
        )
        return message, parts | {"before": finding.before}
    return words.say("%(lead)s %(share)s of %(n)s respondents."), parts


def write_summary(view: View) -> Iterator[str]:
    """Yield the sentences that matter as plain text."""
    for finding in view.summary:
        message, parts = say_finding(view, finding)
        yield message % {
            name: view.exact(part) if isinstance(part, Share) else part
            for name, part in parts.items()
        }
    if not view.summary:
        yield view.words.say("There is too little to say anything about the whole.")


def leans_to_show(view: View, profile: Profile) -> list[tuple[str, Lean]]:
    """Return the balance of the signals, and of the themes where one side certainly weighs more."""
    themes = {theme.name for theme in view.themes}
    return [
        (name, lean)
        for name, lean in view.leans(profile)
        if name not in themes or lean.low > 0 or lean.high < 0
    ]


def say_balance(view: View) -> str:
    """Return what stands before balances."""
    return view.words.say("Balance in percentage points (of a theme, strength less concern):")


def say_turnout(view: View, profile: Profile) -> str:
    """Say how many were asked and answered; nothing where it was not given."""
    words, turnout = view.words, profile.turnout
    if turnout is None:
        return ""
    if turnout.answered is None:
        return words.say("%(asked)s asked", asked=words.number(turnout.asked))
    return words.say(
        "%(asked)s asked, %(answered)s answered",
        asked=words.number(turnout.asked),
        answered=words.number(turnout.answered),
    )


def _leading(view: View, profile: Profile, names: dict[str, str]) -> Finding | None:
    order = ranked(profile, list(names))
    if not order or profile.n is None:
        return None
    words = view.words
    label, share = order[0]
    name = names[label]
    strength = label.endswith("+")
    if len(order) == 1 or share.low > order[1][1].high:
        lead = (
            words.say("The most common strength is %(theme)s:", theme=name)
            if strength
            else words.say("The most common concern is %(theme)s:", theme=name)
        )
    elif strength:
        lead = words.say("Among the most common strengths is %(theme)s:", theme=name)
    else:
        lead = words.say("Among the most common concerns is %(theme)s:", theme=name)
    before = [c.before for c in view.changes if c.unit is view.whole and c.label == label]
    return Finding(
        kind="strength" if strength else "concern",
        label=label,
        lead=lead,
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
    return Finding(
        kind="change",
        label=change.label,
        lead=_say_change(view, change),
        share=change.now,
        n=change.now_n,
        before=change.before,
    )


def _say_change(view: View, change: Change) -> str:
    say = view.words.say
    more = change.now.last_wave is Compared.HIGHER
    if change.label in {signal.label for signal in view.signals}:
        name = change.name.lower()
        if more:
            return say("More people than last time describe %(signal)s at work:", signal=name)
        return say("Fewer people than last time describe %(signal)s at work:", signal=name)
    theme = change.name
    if change.label.endswith("-"):
        if more:
            return say("More people than last time describe %(theme)s as a concern:", theme=theme)
        return say("Fewer people than last time describe %(theme)s as a concern:", theme=theme)
    if more:
        return say("More people than last time describe %(theme)s as a strength:", theme=theme)
    return say("Fewer people than last time describe %(theme)s as a strength:", theme=theme)


def _signals(view: View, profile: Profile) -> Finding | None:
    shares = [(s, share) for s in view.signals if (share := profile.share(s.label))]
    if not shares or profile.n is None:
        return None
    (first, share), *rest = shares
    return Finding(
        kind="signal",
        label=first.label,
        lead=view.words.say("%(signal)s at work is described by", signal=first.name),
        share=share,
        n=profile.n,
        beside=(rest[0][0].name.lower(), rest[0][1]) if rest else None,
    )


def _pairs(view: View) -> Iterator[tuple[Unit, Profile, Profile]]:
    for unit in view.units:
        if len(unit.survey) > 1 and unit.survey[-1].wave == view.wave:
            yield unit, unit.survey[-2], unit.survey[-1]
