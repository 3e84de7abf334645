"""Staff enrol somebody, or let them leave: what they agree to, what they lose, said before."""

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import holds
from cdp.core.views.access import actor_of, requires
from consent.selectors import policies
from customers.models import Customer
from customers.selectors import profiles
from customers.selectors.profiles import Kind, Profile
from loyalty.forms.adjusting import EnrolForm
from loyalty.models import Member
from loyalty.rules.purse import ZERO
from loyalty.selectors import accounts, members, versions, wallets
from loyalty.services import members as writing
from loyalty.services.adjusting import SOURCE
from loyalty.services.members import Terms, UnableToEnrol, UnableToLeave
from loyalty.views import frame
from loyalty.views.member import found


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody takes part from now on; which version of the terms they accepted is kept."""
    row = found(request, customer, "loyalty:enrol")
    if isinstance(row, HttpResponse):
        return row
    member = members.of([row.id]).get(row.id)
    if member is not None and member.left_at is None:
        return redirect("loyalty:member", row.id)
    now, language = timezone.now(), (get_language() or "en")[:2]
    version = policies.current_version("terms", at=now)
    is_resting = False in holds.resting(row.id)
    form = EnrolForm(request.POST or None, has_terms=bool(version))
    if request.method == "POST" and form.is_valid() and not is_resting:
        terms = Terms(version, language) if version else None
        try:
            writing.enrol(
                customer=row.id, how=Member.How.STAFF, actor=actor_of(request), now=now, source=SOURCE, terms=terms
            )
        except UnableToEnrol:
            return render(request, "customers/erased.html", status=410)
        messages.success(request, _("They take part from now on"))
        return redirect("loyalty:member", row.id)
    profile = profiles.one(row.id)
    force = versions.in_force(now)
    context = {
        **frame.context(request, "members"),
        "profile": profile,
        "customer_id": row.id,
        "form": form,
        "had_left": member is not None,
        "is_resting": is_resting,
        "version": version,
        "has_programme": force is not None,
        "missing": _missing(profile, row, list(force.programme.joining.fields)) if profile and force else [],
    }
    return render(request, "loyalty/members/enrol.html", context)


def _missing(profile: Profile, row: Customer, asked: list[str]) -> list[str]:
    """What the programme asks at joining and nobody has told yet, in words."""
    labels = {
        "name": (_("Name"), bool(profile.name)),
        "given_name": (_("Given name"), bool(profile.given_name or profile.name)),
        "family_name": (_("Family name"), bool(profile.family_name or profile.name)),
        "phone": (_("Phone"), bool(profile.value(Kind.PHONE))),
        "email": (_("E-mail"), bool(profile.value(Kind.EMAIL))),
    }
    plain = {
        "birth_date": _("Date of birth"),
        "gender": _("Gender"),
        "language": _("Language"),
        "nationality": _("Nationality"),
        "province": _("Province"),
        "city": _("City"),
        "postcode": _("Postcode"),
        "country": _("Country"),
        "job_title": _("Job title"),
        "occupation": _("Occupation"),
        "education": _("Education"),
        "interests": _("Interests"),
    }
    labels |= {key: (label, bool(getattr(row, key, ""))) for key, label in plain.items()}
    return [labels[key][0] for key in asked if key in labels and not labels[key][1]]


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody takes part no more. What they lose is said first, and lost only if it is still that."""
    row = found(request, customer, "loyalty:leave")
    if isinstance(row, HttpResponse):
        return row
    member = members.of([row.id]).get(row.id)
    if member is None or member.left_at is not None:
        return redirect("loyalty:member", row.id)
    now = timezone.now()
    if request.method == "POST":
        try:
            writing.leave(customer=row.id, shown=_shown(request), actor=actor_of(request), now=now)
        except UnableToLeave as error:
            messages.error(request, _why_not(error))
            return redirect("loyalty:leave", row.id)
        messages.success(request, _("They take part no more"))
        return redirect("loyalty:member", row.id)
    known = wallets.every()
    standings = [one for one in accounts.own(row.id, at=now) if one.net or one.pending or one.held]
    context: dict[str, Any] = {
        **frame.context(request, "members"),
        "profile": profiles.one(row.id),
        "customer_id": row.id,
        "lost": [
            {
                "key": one.wallet.key,
                "value": f"{one.net + one.pending:f}",
                "amount": known[one.wallet.key].counted(one.net + one.pending),
                "is_owed": one.net + one.pending < 0,
            }
            for one in standings
            if one.net + one.pending
        ],
        "held": [known[one.wallet.key].counted(one.held) for one in standings if one.held],
    }
    return render(request, "loyalty/members/leave.html", context)


def _shown(request: HttpRequest) -> dict[str, Decimal]:
    """What each wallet had on the page that was confirmed."""
    shown = {}
    for name, value in request.POST.items():
        if name.startswith("wallet-"):
            try:
                shown[name.removeprefix("wallet-")] = Decimal(str(value))
            except InvalidOperation:
                shown[name.removeprefix("wallet-")] = ZERO
    return shown


def _why_not(error: UnableToLeave) -> str:
    if error.held:
        return _("Something is put aside for a purchase under way. Finish or release it first.")
    return _("What they have changed meanwhile. Look at it again.")
