"""Who may do what: roles, and the abilities that each of them has."""

from enum import StrEnum


class Ability(StrEnum):
    """What a page asks of whoever opens it."""

    SHARES = "shares"  # see what disclosure let through
    SEGMENTS = "segments"  # see redacted text, correct, approve quotations, export
    ADMINISTER = "administer"  # accounts, runs, deletion, the log


class Role(StrEnum):
    """What an account is for. Administering does not include reading what people wrote."""

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    ALONE = "alone"  # the one account of somebody who runs the site on their own computer


ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.READER: frozenset({Ability.SHARES}),
    Role.REVIEWER: frozenset({Ability.SHARES, Ability.SEGMENTS}),
    Role.ADMIN: frozenset({Ability.SHARES, Ability.ADMINISTER}),
    Role.ALONE: frozenset(Ability),
}


def may(role: str, ability: Ability) -> bool:
    """Return whether a role has an ability.

    >>> may("reader", Ability.SEGMENTS), may("reviewer", Ability.SEGMENTS)
    (False, True)
    """
    return ability in ABILITIES[Role(role)]
