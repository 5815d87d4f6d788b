"""The orders that the maps can stand in, decided once, so that every output has the same.

Within each unit, those below it stand by how much more common strengths are than concerns. The
order comes from the shares as they are shown: whoever has the report can check it, and it tells
nothing that the numbers do not tell.
"""

from collections.abc import Sequence

from signalread.reporting.scheme import ThemeView
from signalread.reporting.view import Order, Unit, View


def list_orders(view: View) -> tuple[Order, ...]:
    """Return the orders that a reader can choose from; the maps stand in the first."""
    say = view.words.say
    return (
        Order(
            by="balance",
            name=say("Strengths less concerns, all themes"),
            keys=_by_balance(view, view.themes),
        ),
        Order(
            by="organisation",
            name=say("As in the organisation"),
            keys=tuple(unit.key for unit in view.units),
        ),
        *(
            Order(by="balance", theme=theme.id, name=theme.name, keys=_by_balance(view, [theme]))
            for theme in view.themes
        ),
    )


def explain_order(view: View) -> str:
    """Say how units stand in the maps, and what that does not mean."""
    return view.words.say(
        "Within each unit, those stand first where strengths weigh most against concerns, and "
        "those without figures last. This is an order to see patterns in, not a ranking: a small "
        "difference means nothing, and > and < show what is certain."
    )


def _by_balance(view: View, themes: Sequence[ThemeView]) -> tuple[str, ...]:
    places = {unit.key: _place(view, unit, themes) for unit in view.units}
    keys, waiting = [], [view.whole.key]
    while waiting:
        key = waiting.pop()
        keys.append(key)
        # Sorting is stable: what is equal stays as in the organisation.
        waiting += sorted(view.unit(key).children, key=places.__getitem__)[::-1]
    return tuple(keys)


def _place(view: View, unit: Unit, themes: Sequence[ThemeView]) -> tuple[int, int]:
    profile = view.now(unit)
    leans = [
        strength.percent - concern.percent
        for theme in themes
        if (strength := profile.share(theme.strength_label))
        and (concern := profile.share(theme.concern_label))
    ]
    if leans:
        return 0, -sum(leans)
    return (2 if profile.n is None else 1), 0
