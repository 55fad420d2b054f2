from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def _create(self, email: str, password: str | None, **fields: Any) -> User:
        if not email:
            raise ValueError("Give the account an email address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self._create(email, password, **{"is_superuser": False, **fields})

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self._create(email, password, **{"is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account whatever the case of the letters its owner types."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by email.

    What a person may do follows from memberships (an officer of an organisation, a representative of a
    provider), never from a kind of user: one person may hold several and chooses which to act for.
    A superuser is an operator of the installation.

    Personal data, held so that the person can sign in; kept until the account is closed (``keep_for``).
    """

    keep_for = "until the account is closed"
    audit_exclude = ("email", "name")

    email = models.EmailField("email address", max_length=254)
    name = models.CharField(max_length=120, blank=True, help_text="Shown to colleagues in the audit trail.")
    is_active = models.BooleanField(default=True, help_text="Untick to close the account; what it did stays on record.")
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="core_user_email_once",
                violation_error_message="There is already an account with this email address.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email
