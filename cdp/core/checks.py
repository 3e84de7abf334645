"""System checks that keep the schema honest: they run with every `manage.py check` and in the tests."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, models

from cdp.core.keys import proofs
from cdp.core.models import Placement

OURS = {"core", "customers", "consent", "events", "commerce", "surveys", "loyalty", "analytics", "campaigns"}


@register()
def every_model_declares_its_placement(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A table without a placement could not be distributed."""
    return [
        Error(f"{model._meta.label} declares no placement.", obj=model, id="cdp.E001")
        for model in apps.get_models()
        if model._meta.app_label in OURS and not isinstance(getattr(model, "placement", None), Placement)
    ]


@register()
def owned_tables_can_be_distributed(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Unique rules of owned tables must contain customer_id, or no shard could enforce them (scale-out rule 3)."""
    problems: list[CheckMessage] = []
    for model in apps.get_models():
        if getattr(model, "placement", None) is not Placement.OWNED or model._meta.label == "customers.Customer":
            continue
        columns = {field.column for field in model._meta.local_concrete_fields}
        if "customer_id" not in columns:
            problems.append(Error(f"{model._meta.label} is owned but has no customer_id.", obj=model, id="cdp.E002"))
        for constraint in model._meta.constraints:
            fields = set(getattr(constraint, "fields", ()))
            if isinstance(constraint, models.UniqueConstraint) and not fields & {"customer", "customer_id"}:
                problems.append(Error(f"{constraint.name} is unique without customer_id.", obj=model, id="cdp.E003"))
        problems += [
            Error(f"{model._meta.label} is unique together without customer_id.", obj=model, id="cdp.E003")
            for names in model._meta.unique_together
            if "customer" not in names
        ]
        problems += [
            Error(f"{model._meta.label}.{field.name} is unique without customer_id.", obj=model, id="cdp.E003")
            for field in model._meta.local_concrete_fields
            if field.unique and not field.primary_key
        ]
    return problems


@register(Tags.database)
def the_keys_open_what_is_sealed(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """`manage.py check --database default`: every key that the database needs is there and is the right one."""
    if not databases:
        return []
    try:
        return [Error(str(fault), id="cdp.E010") for fault in proofs.faults()]
    except DatabaseError:  # no tables yet
        return []
