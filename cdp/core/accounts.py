"""Staff accounts, made by an owner or a command."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.models import Role, User


class UnableToCreate(Exception):
    """The account cannot be made; the message says why."""


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
            user = User.objects.create_user(email, password, role=role, name=name)
            audit.record(audit.Action.STAFF_CREATED, actor=actor, at=at, subject=user.id, details={"role": role})
    except IntegrityError as problem:
        raise UnableToCreate("There is an account with this e-mail address already.") from problem
    return user
