"""The schema's own rules, tried on made-up models."""

import pytest
from django.apps import apps
from django.db import models

from cdp.core import checks
from cdp.core.models import Model, OwnedModel, Placement


@pytest.fixture
def found(monkeypatch):
    """Run both checks over some models only."""

    def run(*chosen):
        monkeypatch.setattr(apps, "get_models", lambda *a, **k: list(chosen))
        problems = [*checks.every_model_declares_its_placement(None), *checks.owned_tables_can_be_distributed(None)]
        return [problem.id for problem in problems]

    return run


def _model(name, base, attributes=None, **meta):
    inner = type(
        "Meta", (), {"app_label": "customers", "apps": __import__("django.apps.registry").apps.registry.Apps(), **meta}
    )
    return type(name, (base,), {"__module__": __name__, "Meta": inner, **(attributes or {})})


def test_our_own_schema_keeps_its_rules():
    assert not [*checks.every_model_declares_its_placement(None), *checks.owned_tables_can_be_distributed(None)]


def test_a_table_without_a_placement_is_found(found):
    assert found(_model("Lost", models.Model, {"id": models.UUIDField(primary_key=True)})) == ["cdp.E001"]


def test_an_owned_table_without_customer_is_found(found):
    assert found(_model("NoOwner", Model, {"placement": Placement.OWNED})) == ["cdp.E002"]


def test_unique_columns_without_customer_are_found(found):
    assert found(_model("Alone", OwnedModel, {"code": models.CharField(max_length=3, unique=True)})) == ["cdp.E003"]
    constraint = models.UniqueConstraint(fields=["code"], name="c")
    attributes = {"code": models.CharField(max_length=3)}
    assert found(_model("Constrained", OwnedModel, attributes, constraints=[constraint])) == ["cdp.E003"]
    assert found(_model("Together", OwnedModel, attributes, unique_together=[("code",)])) == ["cdp.E003"]


def test_unique_with_customer_is_fine(found):
    constraint = models.UniqueConstraint(fields=["customer", "code"], name="c")
    attributes = {"code": models.CharField(max_length=3)}
    assert found(_model("Fine", OwnedModel, attributes, constraints=[constraint])) == []
