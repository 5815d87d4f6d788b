"""Letting people in: who may open a page, passwords with a brake, links that work once."""

import functools
import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from signalread.review import trail
from signalread.review.models import Account, LoginAttempt, OneTimeLink
from signalread.review.roles import Ability

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 30
LINK_LIVES = timedelta(minutes=10)


def needs(ability: Ability) -> Callable[[View[P]], View[P]]:
    """Let only accounts with an ability open a page; nobody is asked to log in."""

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                # Where to go afterwards is for pages alone: a form cannot be sent again.
                back = request.get_full_path() if request.method == "GET" else "/"
                return redirect_to_login(back)
            if not account_of(request).may(ability):
                trail.record(account_of(request).name, "refused", request.path[:80])
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def account_of(request: HttpRequest) -> Account:
    """Return whose request it is; only for pages that ask for an ability."""
    return cast(Account, request.user)


class TooManyTriesError(Exception):
    """Somebody, or somebody's address, has failed too often of late."""


def check_password(request: HttpRequest, *, name: str, password: str) -> Account | None:
    """Return the account that a name and password belong to.

    Raises :class:`TooManyTriesError` after too many failures, whether or not the name exists.
    """
    now = timezone.now()
    LoginAttempt.objects.filter(at__lt=now - WINDOW).delete()
    hashed = salted_hmac("login", name.casefold(), algorithm="sha256").hexdigest()
    address = str(request.META.get("REMOTE_ADDR", ""))[:64]
    recent = LoginAttempt.objects.filter(Q(name_hash=hashed) | Q(address=address))
    by_name = recent.filter(name_hash=hashed).count()
    by_address = recent.filter(address=address).count()
    if by_name >= TRIES_PER_NAME or by_address >= TRIES_PER_ADDRESS:
        raise TooManyTriesError
    # Counted before the password is looked at: many tries at once are many tries.
    attempt = LoginAttempt.objects.create(name_hash=hashed, address=address, at=now)
    account = authenticate(request, username=name, password=password)
    if account is None:
        trail.record("", "login failed")
        return None
    attempt.delete()
    return cast(Account, account)


def make_link(account: Account) -> str:
    """Return the secret of a link that logs an account in once, within ten minutes."""
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.filter(expires__lt=timezone.now()).delete()
    OneTimeLink.objects.create(
        account=account, secret_hash=_hash(secret), expires=timezone.now() + LINK_LIVES
    )
    return secret


def use_link(secret: str) -> Account | None:
    """Return whom a link lets in, and use it up."""
    now = timezone.now()
    mine = OneTimeLink.objects.filter(secret_hash=_hash(secret))
    # One statement, so that of two who come at once one is let in.
    if not mine.filter(used=None, expires__gt=now).update(used=now):
        return None
    account = mine.get().account
    return account if account.is_active else None


def _hash(secret: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}:{secret}".encode()).hexdigest()
