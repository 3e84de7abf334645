"""Staff accounts, made by an owner or a command, and what is asked of them at log-in."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.models import Role, StaffPolicy, User


class UnableToCreate(Exception):
    """The account cannot be made; the message says why."""


class UnableToChange(Exception):
    """The account stays as it is; the message says why."""


def create(*, email: str, role: str, password: str, actor: Actor, at: datetime, name: str = "") -> User:
    """A staff account. Raises UnableToCreate for a bad address, an unknown role, a weak password, a taken address."""
    if role not in Role.values:
        message = f"Unknown role {role}; known are {', '.join(Role.values)}."
        raise UnableToCreate(message)
    try:
        validate_email(email)
        validate_password(password, User(email=email, name=name))
    except ValidationError as problem:
        raise UnableToCreate(" ".join(problem.messages)) from problem
    try:
        with transaction.atomic():
            required = policy().second_factor == StaffPolicy.SecondFactor.REQUIRED and role in policy().roles
            user = User.objects.create_user(email, password, role=role, name=name, factor_required=required)
            audit.record(audit.Action.STAFF_CREATED, actor=actor, at=at, subject=user.id, details={"role": role})
    except IntegrityError as problem:
        raise UnableToCreate("There is an account with this e-mail address already.") from problem
    return user


def policy() -> StaffPolicy:
    """What the shop asks of its staff; not saved as long as nobody changed it."""
    return StaffPolicy.objects.filter(id=1).first() or StaffPolicy()


def set_policy(*, second_factor: str, roles: Collection[str], actor: Actor, at: datetime) -> None:
    """Ask for a second factor from now on. Raises UnableToChange where it is required of nobody."""
    if second_factor not in StaffPolicy.SecondFactor.values or set(roles) - set(Role.values):
        raise UnableToChange(_("Choose one of the answers."))
    required = second_factor == StaffPolicy.SecondFactor.REQUIRED
    if required and not roles:
        raise UnableToChange(_("Choose the roles that need a second factor."))
    chosen = sorted(roles) if required else []
    with transaction.atomic():
        StaffPolicy.objects.update_or_create(id=1, defaults={"second_factor": second_factor, "roles": chosen})
        User.objects.filter(role__in=chosen, factor_required=False).update(factor_required=True)
        User.objects.exclude(role__in=chosen).filter(factor_required=True).update(factor_required=False)
        details = {"second_factor": second_factor, "roles": chosen}
        audit.record(audit.Action.STAFF_POLICY_SET, actor=actor, at=at, details=details)


def change(*, user: uuid.UUID, name: str, role: str, is_active: bool, actor: Actor, at: datetime) -> User:
    """Another name or role, or let somebody in no more. Raises UnableToChange.

    The shop keeps an owner who can log in, and nobody shuts the door on themselves.
    """
    if role not in Role.values:
        raise UnableToChange(_("Choose a role."))
    with transaction.atomic():
        # All owners are held, or two who remove each other at one moment would leave the shop without any.
        owners = {one.id for one in User.objects.filter(role=Role.OWNER, is_active=True).select_for_update()}
        row = User.objects.select_for_update().get(id=user)
        stays_owner = is_active and role == Role.OWNER
        if not stays_owner and owners <= {row.id} and row.id in owners:
            raise UnableToChange(_("This is the last owner: make somebody else an owner first."))
        if not is_active and actor.id == row.id:
            raise UnableToChange(_("You cannot shut out yourself."))
        before = {"role": row.role, "is_active": row.is_active}
        asked = policy()
        row.name, row.role, row.is_active = name.strip(), role, is_active
        row.factor_required = asked.second_factor == StaffPolicy.SecondFactor.REQUIRED and role in asked.roles
        row.save(update_fields=["name", "role", "is_active", "factor_required"])
        after = {"role": role, "is_active": is_active}
        changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        audit.record(audit.Action.STAFF_CHANGED, actor=actor, at=at, subject=row.id, details=changed)
    return row
