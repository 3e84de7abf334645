"""Roles under their names of before: commands take them, and accounts made with them are carried over."""

import importlib

import pytest
from django.apps import apps
from django.core.management import call_command

from cdp.core.models import Role, User
from tests import factories

roles = importlib.import_module("cdp.core.migrations.0013_roles")


@pytest.mark.parametrize(
    ("word", "role"),
    [("analyst", Role.VIEWER), ("admin", Role.OWNER), ("privacy_officer", Role.PRIVACY), ("owner", Role.OWNER)],
)
def test_create_staff_knows_a_role_by_its_other_names(db, word, role):
    call_command("create_staff", "ann@example.com", "--role", word, "--password", "correct horse battery")
    assert User.objects.get().role == role


def test_accounts_keep_their_work_when_roles_are_renamed_and_when_that_is_taken_back(db):
    for role in ("analyst", "admin", "clerk"):
        factories.staff(role)
    roles.rename(apps, None)
    assert sorted(User.objects.values_list("role", flat=True)) == ["clerk", "owner", "viewer"]
    roles.rename_back(apps, None)
    assert sorted(User.objects.values_list("role", flat=True)) == ["admin", "analyst", "clerk"]
