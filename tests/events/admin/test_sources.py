"""Administrators set origins, consent and limits of a source; stewards look."""

import pytest

from cdp.core.models import Source
from events.models import SourceLimits
from tests import factories

FORM = {
    "name": "Web shop",
    "kind": "store",
    "consent_mode": "require",
    "without_consent": "refuse",
    "known_people": "update",
    "allowed_origins": "https://shop.example/, https://www.shop.example",
    "limits-TOTAL_FORMS": "1",
    "limits-INITIAL_FORMS": "0",
    "limits-0-event_bytes": "4194304",
    "limits-0-body_bytes": "4194304",
    "limits-0-batch_events": "2500",
}


@pytest.mark.parametrize(("role", "status"), [("owner", 302), ("steward", 403)])
def test_sets_origins_and_limits(client, db, role, status):
    source = factories.source("web-shop")
    client.force_login(factories.staff(role))
    assert client.get(f"/admin/core/source/{source.id}/change/").status_code == 200
    assert client.post(f"/admin/core/source/{source.id}/change/", FORM).status_code == status
    source = Source.objects.get(id=source.id)
    if role == "owner":
        assert source.allowed_origins == ["https://shop.example", "https://www.shop.example"]
        assert (source.consent_mode, source.known_people) == ("require", "fill")
        assert SourceLimits.objects.get().event_bytes == 4 << 20


@pytest.mark.parametrize("told", ["https://shop.example/path", "ftp://shop.example", "shop example"])
def test_refuses_what_no_browser_sends_as_an_origin(client, db, told):
    source = factories.source("web-shop")
    client.force_login(factories.staff("owner"))
    page = client.post(f"/admin/core/source/{source.id}/change/", {**FORM, "allowed_origins": told})
    assert (page.status_code, "allowed_origins" in page.context["adminform"].form.errors) == (200, True)
    assert Source.objects.get(id=source.id).allowed_origins == []


def test_the_first_origins_make_a_source_that_only_fills_and_updating_is_a_choice_with_a_warning(client, db):
    source = factories.source("web-shop")
    client.force_login(factories.staff("owner"))
    page = f"/admin/core/source/{source.id}/change/"

    def save(**told):
        answer = client.post(page, {**FORM, "limits-0-event_bytes": "", "limits-TOTAL_FORMS": "0", **told}, follow=True)
        source.refresh_from_db()
        return source.known_people, [str(message) for message in answer.context["messages"]]

    now, warned = save(allowed_origins="")
    assert (now, len(warned)) == ("update", 1)
    now, warned = save()
    assert (now, "everybody can read" in warned[0]) == ("fill", True)
    now, warned = save()
    assert (now, "can rename" in warned[0]) == ("update", True), "chosen once more, for a source that has origins"
    now, warned = save(allowed_origins="https://shop.example, https://th.shop.example")
    assert (now, "can rename" in warned[0]) == ("update", True)
    assert save(known_people="fill")[0] == "fill"
