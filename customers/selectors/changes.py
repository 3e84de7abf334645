"""Edits by staff as entries of the timeline: what was changed and by whom. The old and new values stay in the audit."""

import uuid

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, timeline
from cdp.core.models import AuditEntry, User

SHOWN = 6
NAMES: dict[str, str | Promise] = {
    "name": _("Name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "email": _("E-mail"),
    "phone": pgettext_lazy("number", "Phone"),
    "line_id": _("LINE id"),
    "member_number": _("Member number"),
    "handle": _("Social account"),
    "birth_date": _("Birthday"),
    "gender": _("Gender"),
    "language": _("Language"),
    "nationality": _("Nationality"),
    "street": _("Street"),
    "city": _("City"),
    "province": _("Province"),
    "postcode": _("Postcode"),
    "country": _("Country"),
    "company": _("Company"),
    "job_title": _("Job title"),
    "income_band": _("Income band"),
    "occupation": _("Occupation"),
    "education": _("Education"),
    "children": _("Children"),
    "interests": _("Interests"),
    "tags": _("Tags"),
}


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """One entry per edit that changed something; `data` names the fields, never their values."""
    found = AuditEntry.objects.filter(
        customer_id__in=list(question.customers), action=audit.Action.CUSTOMER_UPDATED, actor_kind="staff"
    )
    if question.before:
        found = found.filter(at__lt=question.before)
    rows = list(found.order_by("-at", "-id")[: question.limit])
    authors = _authors({row.actor_id for row in rows if row.actor_id})
    return [
        timeline.Entry(
            id=str(row.id),
            at=row.at,
            kind="profile",
            title=gettext("Details changed: {fields}").format(fields=words(row.details.get("fields", []))),
            icon="user-edit",
            data={
                "fields": row.details.get("fields", []),
                "author": authors.get(row.actor_id, "") if row.actor_id else "",
            },
        )
        for row in rows
    ]


def words(fields: list[str]) -> str:
    """The fields as people call them, the parts of a name left out beside the whole."""
    if "name" in fields:
        fields = [field for field in fields if field not in {"given_name", "family_name"}]
    named = [str(NAMES.get(field.partition("@")[0], _("Customer number"))) for field in fields]
    named = list(dict.fromkeys(named))
    return ", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else "")


def _authors(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {user.id: str(user) for user in User.objects.filter(id__in=ids)} if ids else {}
