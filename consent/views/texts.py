"""Staff pages of every text that people are shown: where it stands, its draft in three languages, publishing it."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.views.access import actor_of, requires, staff_of
from consent.forms.texts import PublishForm, TextForm
from consent.models import PolicyVersion
from consent.rules import documents
from consent.rules import notices as rules
from consent.selectors import asking, notices, purposes
from consent.services import disclosures, policies, reconsent, register
from consent.services.purposes import BY_DAY, NIGHT
from consent.views import frame
from customers.selectors import profiles

WAYS = {
    asking.EMAIL: gettext_lazy("By e-mail"),
    asking.UNCONFIRMED: gettext_lazy("By e-mail, to an address nobody has confirmed"),
    asking.SMS: gettext_lazy("By SMS"),
    asking.CLOSED: gettext_lazy("Not: mail to the address came back"),
    asking.NONE: gettext_lazy("Not: there is no address"),
}
PUBLIC = {rules.PRIVACY: "consent:privacy", rules.TERMS: "consent:terms"}


@requires("consent.manage")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/consent/documents/`: policy, terms, and what stands before the questions of forms."""
    found = {one.name: one for one in notices.standings(kinds=(*rules.DOCUMENTS, *rules.DISCLOSED))}
    asking = disclosures.declared()
    for name in (*rules.DOCUMENTS, *asking):
        found.setdefault(name, notices.Standing(name, None, None, ()))
    rows = [_row(standing) for standing in found.values()]
    context = {
        "documents": [row for row in rows if row["standing"].name in rules.DOCUMENTS],
        "disclosures": [row for row in rows if row["standing"].name not in rules.DOCUMENTS],
        **frame.tabs(request, "documents"),
    }
    return render(request, "consent/documents.html", context)


@requires("consent.manage")
@require_safe
def text(request: HttpRequest, name: str) -> HttpResponse:
    """One text: what is in force in every language, its versions, and the difference between two of them."""
    _known(name)
    versions = list(notices.versions(name)[:200])
    published = [row for row in versions if row.published_at is not None]
    shown = notices.find(name, request.GET.get("version", "")) if "version" in request.GET else None
    current = shown or (published[0] if published else None)
    context: dict[str, Any] = {
        **_frame(request, name),
        "current": current,
        "is_newest": bool(published) and current == published[0],
        "draft": next((row for row in versions if row.published_at is None), None),
        "versions": published,
        "columns": _columns(current),
        "is_disclosure": rules.kind_of(name) in rules.DISCLOSED,
        "public_url": reverse(PUBLIC[name]) if name in PUBLIC else "",
        "asking": asking.progress(current) if current is not None and current.published_at else None,
        **_compared(request, name, current, published),
    }
    return render(request, "consent/text_detail.html", context)


@requires("consent.manage")
@require_POST
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Open the draft, a new one with the words in force if there is none; or fill it from the register."""
    _known(name)
    now, actor = timezone.now(), actor_of(request)
    draft = policies.begin(name=name, actor=actor, at=now)
    if "register" in request.POST and name == rules.PRIVACY:
        policies.save(version=draft, texts=register.policy_texts(), actor=actor, at=now)
        messages.success(request, _("The draft is filled from the register. Read it, and make it your own."))
    return redirect("consent:text-edit", name)


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The draft, three languages side by side."""
    _known(name)
    given = request.POST.get("version", "")
    draft = notices.find(name, given) if given else _draft(name)
    if draft is None:
        return redirect("consent:text", name)
    now, actor = timezone.now(), actor_of(request)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        name=name,
        texts=notices.texts_of(draft),
        initial={"is_anonymous": draft.is_anonymous},
    )
    if request.method == "POST":
        try:
            if "discard" in request.POST:
                policies.discard(version=draft, actor=actor, at=now)
                messages.success(request, _("The draft is thrown away."))
                return redirect("consent:text", name)
            if form.is_valid():
                policies.save(
                    version=draft,
                    texts=form.texts(),
                    is_anonymous=bool(form.cleaned_data.get("is_anonymous")),
                    actor=actor,
                    at=now,
                )
                if "publish" in request.POST:
                    return redirect("consent:text-publish", name)
                messages.success(request, _("Saved"))
                return redirect("consent:text-edit", name)
        except policies.UnableToChange as unable:
            messages.error(request, str(unable))
            return render(request, "consent/text_final.html", {**_frame(request, name), "version": draft}, status=409)
    context = {**_frame(request, name), "form": form, "draft": draft}
    return render(request, "consent/text_edit.html", context, status=422 if form.is_bound and form.errors else 200)


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, name: str) -> HttpResponse:
    """Look at what changes and whom it concerns, then put the draft in force.

    Whom it concerns is counted by a request of its own (`?count=1`, of which the page takes its part): among a million
    customers that takes seconds, and the words can be read meanwhile.
    """
    _known(name)
    draft = _draft(name)
    if draft is None:
        return redirect("consent:text", name)
    now = timezone.now()
    names = purposes.names(get_language() or "")
    newest = notices.newest(name)
    before = notices.texts_of(newest) if newest else {}
    after = notices.texts_of(draft)
    form = PublishForm(
        request.POST if request.method == "POST" else None, name=name, purposes=names, instead=_instead(after)
    )
    loss = None
    if request.method == "POST" and form.is_valid():
        choice = form.cleaned_data
        how: dict[str, Any] = {
            "turns_meaning": choice.get("meaning") == "meaning",
            "concerns": choice.get("concerns") or (),
            "shown_instead": form.shown_instead,
        }
        is_announced = bool(choice.get("is_announced"))
        try:
            ended = _loss(policies.turned_by(version=draft, **how), is_announced=is_announced, at=now)
            if ended["people"] and request.POST.get("sure") != ended["key"]:
                loss = ended
            else:
                done = policies.publish(
                    version=draft, actor=actor_of(request), at=now, is_announced=is_announced, **how
                )
        except policies.UnableToPublish as unable:
            form.add_error(None, str(unable))
    if form.is_bound and not form.errors and loss is None:
        told = _("Version %(version)s is in force now.") % {"version": done.version}
        if ended["permissions"]:
            told += " " + _(
                "Permissions that ended: %(permissions)s; people: %(people)s, of whom %(asked)s are asked again."
            ) % {key: number_format(ended[key], force_grouping=True) for key in ("permissions", "people", "asked")}
        messages.success(request, told)
        return redirect("consent:text", name)
    kind = rules.kind_of(name)
    wanted, is_counted = _concerned(name, names), "count" in request.GET
    context = {
        **_frame(request, name),
        "form": form,
        "asks": bool(wanted),
        "tells_all": name in rules.DOCUMENTS,
        "is_counted": is_counted,
        "draft": draft,
        "newest": newest,
        "languages_changed": _changes(name, before, after),
        "missing": _missing(name, after),
        "figures": [
            {"name": names.get(one.purpose, one.purpose), "f": one, "ways": _ways(one)}
            for one in (asking.concerned(wanted, before=now) if is_counted else ())
        ],
        "silent": rules.without_note(after) if name in rules.DOCUMENTS or kind == rules.PURPOSE else [],
        "is_purpose": kind == rules.PURPOSE,
        "everybody": _figure(asking.everybody()) if is_counted and name in rules.DOCUMENTS else None,
        "loss": loss,
    }
    return render(request, "consent/text_publish.html", context, status=422 if form.errors else 200)


def _loss(turned: Collection[str], *, is_announced: bool, at: dt.datetime) -> dict[str, Any]:
    """What publishing ends, or whom it writes to; `key` says for which choice it was read."""
    if turned:
        return {"key": ",".join(turned), **_figure(asking.together(turned, before=at))}
    if is_announced:
        return {"key": "everybody", **_figure(asking.everybody())}
    return {"key": "", **_figure(asking.Concerned(""))}


def _figure(one: asking.Concerned) -> dict[str, Any]:
    return {
        "permissions": one.permissions, "people": one.people, "asked": one.reachable, "far": one.unreachable,
        "ways": _ways(one),
    }  # fmt: skip


@requires("consent.manage")
@require_POST
def withdraw(request: HttpRequest, name: str) -> HttpResponse:
    """Close a form by withdrawing its disclosure."""
    _known(name)
    try:
        policies.withdraw(name=name, actor=actor_of(request), at=timezone.now())
    except policies.UnableToWithdraw as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("Withdrawn. The form is closed until you publish a new version."))
    return redirect("consent:text", name)


@requires("consent.manage")
@require_safe
def unreachable(request: HttpRequest, name: str) -> HttpResponse:
    """Who would lose a permission and cannot be asked: some of them, masked, each look written down."""
    _known(name)
    now, names = timezone.now(), purposes.names(get_language() or "")
    wanted = _concerned(name, names)
    asked = request.GET.get("purpose", "")
    found = asking.unreachable([asked] if asked in wanted else wanted, before=now)
    opened = profiles.opened([customer for customer, _why in found], shown=True)
    rows = [
        {
            "id": customer,
            "masked": contact.masked if (contact := opened[customer].email_contact) else "",
            "why": WAYS[why],
            "can_open": staff_of(request).can("customers.view"),
        }
        for customer, why in found
        if customer in opened
    ]
    context = {**_frame(request, name), "rows": rows, "most": asking.MOST_LISTED, "purpose": names.get(asked, "")}
    return render(request, "consent/text_unreachable.html", context)


@requires("consent.manage")
@require_POST
def trial(request: HttpRequest, name: str) -> HttpResponse:
    """Send the message that would ask again to whoever presses, in the language chosen; nobody else gets one."""
    _known(name)
    draft = _draft(name)
    if draft is None:
        return redirect("consent:text", name)
    language = request.POST.get("language", "")
    wanted = _concerned(name, purposes.names(get_language() or ""))
    chosen = [key for key in wanted if key in request.POST.getlist("concerns")]
    try:
        reconsent.send_trial(
            version=draft,
            purposes=chosen or wanted,
            address=staff_of(request).email,
            language=language if language in dict(settings.LANGUAGES) else get_language() or "en",
            answer_url=request.build_absolute_uri(reverse("consent:text-publish", args=[name])),
            at=timezone.now(),
        )
    except reconsent.UnableToSend as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("A trial is on its way to your own address."))
    return redirect("consent:text-publish", name)


@requires("consent.manage")
@require_POST
def asking_again(request: HttpRequest, name: str) -> HttpResponse:
    """Pause the job that asks because of a version, or let it go on."""
    _known(name)
    version = notices.find(name, request.POST.get("version", ""))
    if version is not None:
        act = reconsent.go_on if "resume" in request.POST else reconsent.pause
        if act(version=version, actor=actor_of(request), at=timezone.now()):
            paused = "resume" not in request.POST
            messages.success(request, _("Asking is paused.") if paused else _("Asking goes on."))
    return redirect("consent:text", name)


def _concerned(name: str, names: Mapping[str, str]) -> list[str]:
    """The purposes whose permissions a version of that text may end."""
    if rules.kind_of(name) == rules.PURPOSE:
        key = rules.key_of(name)
        return [key, NIGHT] if key == BY_DAY else [key]
    return list(names) if name in rules.DOCUMENTS else []


def _instead(texts: Mapping[str, rules.Text]) -> dict[str, str]:
    """For each language that is not written the one whose text its readers are shown."""
    missing = [code for code, _name in settings.LANGUAGES if code not in texts] if texts else []
    return {code: rules.read_instead(texts, code, base=settings.LANGUAGE_CODE) for code in missing}


def _ways(one: asking.Concerned) -> list[tuple[object, int, bool]]:
    """Label, people, and whether they can be asked, of every way that somebody has."""
    return [(WAYS[way], one.by_way[way], way in asking.REACHED) for way in WAYS if one.by_way.get(way)]


def _row(standing: notices.Standing) -> dict[str, Any]:
    languages = dict(settings.LANGUAGES)
    asking = disclosures.declared().get(standing.name)
    return {
        "standing": standing,
        "label": _label(standing.name),
        "url": reverse("consent:text", args=[standing.name]),
        "public_url": reverse(PUBLIC[standing.name]) if standing.name in PUBLIC else asking.url if asking else "",
        "missing": ", ".join(str(languages[code]) for code in standing.missing),
    }


def _shown_instead(version: PolicyVersion | None) -> dict[str, str]:
    names = dict(settings.LANGUAGES)
    said = version.shown_instead if version is not None else {}
    return {code: _(str(names.get(other, other))) for code, other in said.items()}


def _label(name: str) -> str:
    asked = {one: str(asking.label) for one, asking in disclosures.declared().items()}
    return notices.label(name, purposes=purposes.names(get_language() or ""), disclosed=asked)


def _known(name: str) -> None:
    """404 for a name that is none of ours: neither written nor declared nor a purpose."""
    is_ours = name in rules.DOCUMENTS or name in disclosures.declared()
    is_purpose = rules.kind_of(name) == rules.PURPOSE and rules.key_of(name) in purposes.channels()
    if "\x00" in name or not (is_ours or is_purpose or notices.versions(name).exists()):
        raise Http404


def _draft(name: str) -> PolicyVersion | None:
    return PolicyVersion.objects.filter(policy=name, published_at=None).order_by("-id").first()


def _frame(request: HttpRequest, name: str) -> dict[str, Any]:
    is_purpose = rules.kind_of(name) == rules.PURPOSE
    return {
        "name": name,
        "label": _label(name),
        "is_purpose": is_purpose,
        "back_url": reverse("consent:purpose-list" if is_purpose else "consent:document-list"),
        "purpose_url": reverse("consent:purpose", args=[rules.key_of(name)]) if is_purpose else "",
        **frame.tabs(request, "purposes" if is_purpose else "documents"),
    }


def _columns(version: PolicyVersion | None) -> list[dict[str, Any]]:
    texts = notices.texts_of(version) if version else {}
    found = []
    for code, name in settings.LANGUAGES:
        text = notices.with_shop(texts[code]) if code in texts else None
        found.append(
            {
                "language": code,
                "name": name,
                "text": text,
                "blocks": documents.blocks(text.body) if text else [],
                "parts": _parts(version, texts[code]) if version and code in texts else [],
                "instead": _shown_instead(version).get(code, ""),
            }
        )
    return found


def _parts(version: PolicyVersion, said: rules.Text) -> list[tuple[object, str]]:
    filled = notices.with_shop(said)
    keys = (*rules.parts_of(version.policy), rules.CHANGED)
    return [(notices.PARTS[key], filled.parts[key]) for key in keys if filled.parts.get(key)]


def _compared(
    request: HttpRequest, name: str, current: PolicyVersion | None, published: list[PolicyVersion]
) -> dict[str, Any]:
    """The difference between the version shown and another, the one before it unless `?against=` names one."""
    if current is None:
        return {"against": None, "languages_changed": []}
    asked = request.GET.get("against", "")
    older = [row for row in published if _moment(row) < _moment(current)]
    against = notices.find(name, asked) if asked and "\x00" not in asked else older[0] if older else None
    if against is None:
        return {"against": None, "languages_changed": []}
    return {
        "against": against,
        "languages_changed": _changes(name, notices.texts_of(against), notices.texts_of(current)),
    }


def _moment(version: PolicyVersion) -> dt.datetime:
    return version.published_at or timezone.now()


def _changes(name: str, before: dict[str, rules.Text], after: dict[str, rules.Text]) -> list[dict[str, Any]]:
    return [
        {
            "language": code,
            "name": label,
            "changes": notices.changes(name, before.get(code), after.get(code)),
            "note": after[code].parts.get(rules.CHANGED, "") if code in after else "",
        }
        for code, label in settings.LANGUAGES
        if code in before or code in after
    ]


def _missing(name: str, texts: dict[str, rules.Text]) -> list[dict[str, Any]]:
    """What each language still lacks: nothing at all is a warning, a part is a reason not to publish."""
    found = []
    for code, label in settings.LANGUAGES:
        lacking = rules.missing(name, texts[code]) if code in texts else []
        if code not in texts or lacking:
            words = ", ".join(str(notices.PARTS[part]) for part in lacking)
            found.append({"language": label, "parts": words, "is_whole": code not in texts})
    return found
