"""The decorator of staff pages, for every role and every visitor."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from cdp.core import access
from cdp.core.models import Role
from cdp.core.views.access import requires
from tests import factories


@requires("campaigns.edit")
def page(request, number=0):
    """A page."""
    return HttpResponse(f"page {number}")


def ask(user, **extra):
    request = RequestFactory().get("/campaigns/?x=1", **extra)
    request.user = user
    return page(request, number=7)


@pytest.mark.parametrize("role", Role.values)
def test_roles_with_the_capability_come_in_and_others_do_not(db, role):
    user = factories.staff(role)
    if access.allows(role, "campaigns.edit"):
        assert ask(user).content == b"page 7"
    else:
        with pytest.raises(PermissionDenied):
            ask(user)


def test_somebody_switched_off_does_not_come_in(db):
    user = factories.staff("owner")
    user.is_active = False
    with pytest.raises(PermissionDenied):
        ask(user)


def test_strangers_go_to_the_log_in_and_come_back():
    response = ask(AnonymousUser())
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/campaigns/%3Fx%3D1"


def test_a_part_of_a_page_answers_a_stranger_without_a_form():
    assert ask(AnonymousUser(), HTTP_HX_REQUEST="true").status_code == 401


def test_a_misspelt_capability_fails_when_the_page_is_written():
    with pytest.raises(KeyError):
        requires("campaigns.edti")


def test_a_page_keeps_its_name_and_tells_its_capability():
    assert page.__name__ == "page"
    assert page.capability == "campaigns.edit"
