"""Making accounts, on the command line and on the site."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from signalread.errors import ReviewError
from signalread.review import trail
from signalread.review.models import Account
from signalread.review.roles import Role

ALONE = "jag"


def add_account(name: str, *, role: Role, password: str, actor: str) -> Account:
    """Make an account. Raises :class:`ReviewError` for a name that is taken or cannot be one."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > 150:
        raise ReviewError("That is not a name for an account.", hint="give one to 150 characters")
    account = Account(name=name, role=role.value, created=timezone.now())
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            details = {"account": name, "role": role.value}
            trail.record(actor, "account added", f"account:{account.pk}", details)
    except IntegrityError:
        raise ReviewError(
            f"There is an account {name} already.", hint="choose another name"
        ) from None
    return account


def lone_account() -> Account:
    """Return the account of somebody who runs the site on their own computer."""
    account, _made = Account.objects.get_or_create(
        role=Role.ALONE.value, defaults={"name": ALONE, "created": timezone.now()}
    )
    if account.has_usable_password() or not account.password:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account
