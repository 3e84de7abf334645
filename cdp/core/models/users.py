"""Staff accounts. Roles are few and fixed; what each may do is the table in `cdp.core.access`."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cdp.core import access, ids
from cdp.core.models.base import Placement


class Role(models.TextChoices):
    """What a person does in the shop."""

    VIEWER = "viewer", _("Viewer")
    CLERK = "clerk", _("Clerk")
    MARKETER = "marketer", _("Marketer")
    STEWARD = "steward", _("Data steward")
    PRIVACY = "privacy", _("Privacy officer")
    OWNER = "owner", _("Owner")


class UserManager(BaseUserManager["User"]):
    """Creates staff."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A staff account; `role` defaults to clerk."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An owner, for Django's own command."""
        return self.create_user(email, password, **{**fields, "role": Role.OWNER})


class User(AbstractBaseUser):
    """Somebody who works in the shop and logs in with an e-mail address."""

    placement = Placement.LOCAL

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CLERK)
    language = models.CharField(_("language"), max_length=5, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Kept beside the role, so that no page has to read the policy: whether its holder works only with a second factor.
    factor_required = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("staff account")
        verbose_name_plural = _("staff accounts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One account per address whatever its case: log-in looks addresses up in lower case.
            models.UniqueConstraint(Lower("email"), name="core_user_one_per_email"),
        ]

    def __str__(self) -> str:
        """The name as colleagues know it; staff names are not customer data."""
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the person may enter /admin/."""
        return self.is_active and self.can("steward")

    @property
    def is_superuser(self) -> bool:
        """Whether the person is an owner; Django's admin and allauth ask."""
        return self.is_active and self.role == Role.OWNER

    def can(self, capability: str) -> bool:
        """Whether the role includes that capability (see `cdp.core.access`)."""
        return self.is_active and access.allows(self.role, capability)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django admin's question, answered from the same table: models name the capability that guards them."""
        return self.is_active and access.allows_model(self.role, perm)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the app appears in /admin/."""
        return self.is_staff


class StaffPolicy(models.Model):
    """What the shop asks of its staff at log-in: one row, number 1; no row is the default."""

    placement = Placement.LOCAL

    class SecondFactor(models.TextChoices):
        OFF = "off", _("Everybody decides for themselves")
        RECOMMENDED = "recommended", _("Recommended to owners and privacy officers")
        REQUIRED = "required", _("Required of the roles chosen below")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    second_factor = models.CharField(max_length=12, choices=SecondFactor.choices, default=SecondFactor.RECOMMENDED)
    roles = ArrayField(models.CharField(max_length=20), default=list)  # of whom it is required

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="core_staffpolicy_one"),
        ]
