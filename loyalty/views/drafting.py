"""`/loyalty/programme/draft/`: the draft in sentences with a form for each part; begun, published, dropped."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from cdp.core import structures
from cdp.core.views.access import actor_of, requires
from loyalty.forms import programme as forms
from loyalty.forms.parts import Known, PartForm
from loyalty.forms.publishing import PublishForm
from loyalty.models import ProgrammeVersion
from loyalty.rules import drafting, starters
from loyalty.selectors import drafts, programme_parts, versions, wallets
from loyalty.selectors.drafts import Draft
from loyalty.selectors.sentences import called
from loyalty.services import versions as writing
from loyalty.views import frame, programme


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """The draft with everything that can be done to it; without one, what to begin with."""
    if request.method == "POST":
        return _act(request)
    found = drafts.read(timezone.now())
    if found is None:
        return render(
            request,
            "loyalty/programme_begin.html",
            {
                **frame.context(request, "programme"),
                "starters": [(key, str(name), str(text)) for key, (name, text) in starters.OFFERED.items()],
                "last": drafts.latest(),
            },
        )
    return render(request, "loyalty/programme_draft.html", _draft_context(request, found))


def _draft_context(request: HttpRequest, found: Draft) -> dict[str, Any]:
    sections = programme.sections(found.parts, may_edit=True)
    for section in sections:
        section["add"] = _additions(section["key"], found)
    return {
        **frame.context(request, "programme"),
        "draft": found,
        "name": called(found.programme.names, ""),
        "sections": sections,
        "obstacles": _linked(found, found.obstacles),
        "doubts": _linked(found, found.doubts),
        "seen": found.mark,
    }


def _linked(found: Draft, problems: Any) -> list[dict[str, str]]:
    return [
        {"name": flaw.name, "message": flaw.message, "url": _url(flaw.section, flaw.key)}
        for flaw in found.flaws(problems)
    ]


def _url(section: str, key: str) -> str:
    if section in drafting.LISTS and not key:
        return reverse("loyalty:programme-draft")
    return programme.address(section, key)


def _additions(section: str, found: Draft) -> list[tuple[str, str]]:
    def new(where: str, label: str, **query: str) -> tuple[str, str]:
        more = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
        return label, reverse("loyalty:programme-new", args=[where]) + more

    if section == "earning":
        return [
            new("rules", _("For what is spent"), on="spend"),
            new("rules", _("For each purchase"), on="visit"),
            new("rules", _("For each piece"), on="item"),
            new("rules", _("For joining, birthdays, reviews …"), on="action"),
        ]
    if section == "bonuses":
        return [new("bonuses", _("Add a bonus"))]
    if section == "tiers":
        return [new("tiers", _("Add a tier"))]
    if section == "wallets":
        told = {part.key for part in found.parts if part.section == "wallets"}
        return [
            (wallet.title, programme.address("wallets", key))
            for key, wallet in wallets.every().items()
            if key not in told
        ]
    return []


def _act(request: HttpRequest) -> HttpResponse:
    """Begin a draft, drop it, or take a part out of it."""
    action, now, actor = request.POST.get("action", ""), timezone.now(), actor_of(request)
    try:
        if action == "discard":
            writing.discard_draft(actor=actor, now=now)
            messages.success(request, _("The draft is gone. What is in force stays."))
            return redirect("loyalty:programme")
        if action == "begin":
            definition = _beginning(request.POST.get("from", ""))
            writing.save_draft(definition=definition, actor=actor, now=now, seen="")
        elif action == "remove":
            row = _row()
            rest = drafting.without(row.definition, request.POST.get("section", ""), request.POST.get("key", ""))
            writing.save_draft(definition=rest, actor=actor, now=now, note=row.note, seen=request.POST.get("seen", ""))
            messages.success(request, _("Taken out of the draft"))
        else:
            raise Http404
    except writing.NoDraft:
        pass
    except writing.Changed:
        messages.error(request, _changed())
    return redirect("loyalty:programme-draft")


def _beginning(key: str) -> Mapping[str, Any]:
    """What a draft begins with: the last version, or one of those that are offered."""
    last = drafts.latest()
    if key == "last" and last is not None:
        return ProgrammeVersion.objects.get(id=last.id).definition
    if key not in starters.OFFERED:
        raise Http404
    return starters.definition(key, settings.CDP_CURRENCY)


def _row() -> ProgrammeVersion:
    row = versions.draft()
    if row is None:
        raise Http404
    return row


def _changed() -> str:
    return _("Somebody else changed the draft meanwhile. Look at it again, then repeat your change.")


# --- one part ------------------------------------------------------------------------------------------------------


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, section: str, key: str = "") -> HttpResponse:
    """The form of one part that the draft has."""
    row = _row()
    if section not in drafting.SECTIONS or bool(key) != (section in drafting.LISTS or section == "wallets"):
        raise Http404
    found = drafting.part(row.definition, section, key)
    if found is None or (section == "wallets" and key not in wallets.every()):
        raise Http404
    return _edit(request, row, section, key, found)


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, section: str) -> HttpResponse:
    """The form of a part that is to come. A rule's kind stands in the address."""
    row = _row()
    kind = request.GET.get("on", "")
    if section not in drafting.LISTS or (section == "rules" and kind not in forms.RULES):
        raise Http404
    return _edit(request, row, section, "", {"on": kind} if section == "rules" else {})


def _edit(request: HttpRequest, row: ProgrammeVersion, section: str, key: str, found: dict[str, Any]) -> HttpResponse:
    known = _known(row)
    made = _form(section, key, found, known)
    form = made(request.POST if request.method == "POST" else None, part=found, known=known)
    is_saved = False
    if request.method == "POST" and form.is_valid():
        said = form.as_part()
        if section in drafting.LISTS and not key:
            said["key"] = key = drafting.free_key(
                row.definition, str(said.get("what") or found.get("on") or _word(section))
            )
        definition = drafting.put(row.definition, section, key, said)
        try:
            row = writing.save_draft(
                definition=definition, actor=actor_of(request), now=timezone.now(), note=row.note,
                seen=request.POST.get("seen", ""),
            )  # fmt: skip
        except structures.Invalid as invalid:
            form.tell(_own(definition, invalid.problems, section, key), drafting.pointer(definition, section, key))
            if not form.errors:
                form.add_error(None, "; ".join(f"{one.pointer}: {one.message}" for one in invalid.problems))
        except writing.Changed:
            form.add_error(None, _changed())
        else:
            is_saved = True
            wrong = _own(row.definition, writing.obstacles(row.definition), section, key)
            if not wrong:
                messages.success(request, _("Saved in the draft"))
                return redirect(reverse("loyalty:programme-draft") + f"#{section}-{key}")
            # It is kept, and what is still missing stands at its fields.
            form = made(request.POST, part=said, known=known)
            form.is_valid()
            form.tell(wrong, drafting.pointer(row.definition, section, key))
    context = {
        **frame.context(request, "programme"),
        "form": form,
        "heading": _heading(section, key, found, row),
        "is_saved": is_saved,
        "seen": versions.mark(row),
        "section": section,
        "action": programme.address(section, key) if is_saved else request.get_full_path(),
        "currency": known.currency,
    }
    return render(request, "loyalty/programme_part.html", context, status=422 if form.errors else 200)


def _own(definition: Mapping[str, Any], problems: Any, section: str, key: str) -> list[structures.Problem]:
    return [one for one in problems if drafting.place(definition, one.pointer) == (section, key)]


def _known(row: ProgrammeVersion) -> Known:
    tiers = row.definition.get("tiering", {}).get("tiers", [])
    return Known(
        wallets=wallets.every(),
        tiers={tier["key"]: called(tier["names"], tier["key"]) for tier in tiers},
        currency=str(row.definition.get("currency", "")),
        rewards=programme_parts.rewards(),
    )


def _form(section: str, key: str, found: Mapping[str, Any], known: Known) -> type[PartForm]:
    if section == "rules":
        return forms.RULES[str(found["on"])]
    if section == "wallets":
        return forms.StampsForm if known.wallets[key].kind == "stamps" else forms.WalletForm
    return forms.SECTIONS[section]


def _word(section: str) -> str:
    return {"rules": "rule", "bonuses": "bonus", "tiers": "tier"}[section]


def _heading(section: str, key: str, found: Mapping[str, Any], row: ProgrammeVersion) -> str:
    if section in drafting.LISTS and key:
        return called(found.get("names") or {}, key)
    if section == "wallets":
        return wallets.every()[key].title
    return {
        "rules": _("A new rule"),
        "bonuses": _("A new bonus"),
        "tiers": _("A new tier"),
        "tiering": _("How members rise and fall"),
        "refunds": _("When money goes back"),
        "joining": _("Joining"),
        "referrals": _("Recommendations"),
        "notices": _("Before something ends"),
        "staff": pgettext("loyalty", "By hand"),
        "general": pgettext("loyalty", "The programme"),
    }[section]


# --- putting it in force -------------------------------------------------------------------------------------------


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Everything once more: what stands in the way, what is odd, what changes; then put it in force."""
    now = timezone.now()
    found = drafts.read(now)
    if found is None:
        return redirect("loyalty:programme-draft")
    form = PublishForm(request.POST if request.method == "POST" else None, is_first=found.before is None, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            version = writing.publish(
                starts_at=form.starts_at(), actor=actor_of(request), now=now, note=form.cleaned_data["note"],
                seen=request.POST.get("seen", ""),
            )  # fmt: skip
        except structures.Invalid:
            pass  # the page tells them anyway
        except writing.NoDraft:
            return redirect("loyalty:programme-draft")
        except writing.Changed:
            form.add_error(None, _changed())
        except writing.TooEarly:
            form.add_error("on", _("A new version begins now at the earliest."))
        else:
            messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
            return redirect("loyalty:programme")
    failed = request.method == "POST"
    context = {**_draft_context(request, found), "form": form}
    return render(request, "loyalty/programme_publish.html", context, status=422 if failed else 200)
