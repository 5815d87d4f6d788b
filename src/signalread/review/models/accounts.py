"""Accounts, the links that let one person in once, and attempts to log in."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from signalread.review.roles import Ability, Role, may


class Account(AbstractBaseUser):
    """Somebody who may use the site."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=150, unique=True)
    role: models.CharField[str, str] = models.CharField(
        max_length=16, choices=[(role.value, role.value) for role in Role]
    )
    is_active: models.BooleanField[bool, bool] = models.BooleanField(default=True)
    created: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    objects: ClassVar[BaseUserManager[Account]] = BaseUserManager()

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    def __str__(self) -> str:
        return self.name

    def may(self, ability: Ability) -> bool:
        """Return whether this account has an ability."""
        return self.is_active and may(self.role, ability)

    @property
    def sees_segments(self) -> bool:
        """Whether text may be shown to this account."""
        return self.may(Ability.SEGMENTS)

    @property
    def administers(self) -> bool:
        """Whether accounts, runs and deletion are this account's."""
        return self.may(Ability.ADMINISTER)


class OneTimeLink(models.Model):
    """A link that logs an account in once. Only the hash of its secret is kept."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    account: models.ForeignKey[Account, Account] = models.ForeignKey(
        Account, on_delete=models.CASCADE
    )
    secret_hash: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    expires: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    used: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)


class LoginAttempt(models.Model):
    """A failed attempt to log in, for as long as it counts against further ones."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    name_hash: models.CharField[str, str] = models.CharField(max_length=64, db_index=True)
    address: models.CharField[str, str] = models.CharField(max_length=64, db_index=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(db_index=True)
