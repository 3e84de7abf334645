"""What the page of an import says in whole sentences."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cdp.core import jobs
from cdp.core.imports import drafts, mapping, undoing
from cdp.core.models import Job
from cdp.web import formats
from commerce.services.order_import import SHORT
from commerce.services.order_import_reading import NUMBERED, UNNAMED
from customers.rules import places
from customers.services.companies.company_import import NEW_COMPANIES
from customers.services.people_import import JOINED, NAMELESS, NEW_PEOPLE, ROUGHLY
from surveys.services.filing.answers import KIND, SURVEY

SHOWN_COLUMNS = 8
PHONE_CODES = frozenset({"phone_not_in_use", "phone_too_short", "phone_too_long"})


def left(job: Job) -> str:
    """How long it will still take, by how long it took so far; empty as long as nobody can say."""
    seconds = jobs.seconds_left(job, now=timezone.now())
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("about {n} second left", "about {n} seconds left", seconds).format(n=seconds)
    minutes = round(seconds / 60)
    return ngettext("about {n} minute left", "about {n} minutes left", minutes).format(n=formats.number(minutes))


def see(job: Job) -> tuple[str, str]:
    """Where what a finished import brought is to be seen, and how the way there is called: its people, or the results
    of the one survey that its answers belong to. Both empty for other kinds, and where nothing came in.
    """
    is_in = job.state == Job.State.DONE and not job.params["dry_run"] and job.result.get("accepted")
    if not is_in or undoing.is_begun(job):
        return "", ""
    if job.params["kind"] == "customers":
        there = reverse("customers:customer-list") + "?" + urlencode({"source": job.params["source"]})
        return there, _("See these customers")
    survey = (job.params["mapping"].get("constants") or {}).get(SURVEY, "")
    if job.params["kind"] == KIND.key and survey:
        return reverse("surveys:results", args=[survey]), _("See the results")
    return "", ""


def _foreseen(job: Job, what: str) -> int:
    """How many of something beside its rows the check of a file counted; 0 where none was made."""
    count: int = job.result.get("also", {}).get(what, 0) if drafts.is_checked(job) else 0
    return count


def nameless(job: Job) -> str:
    """How many rows of a checked file say something of nobody: their words would not be kept."""
    rows = _foreseen(job, NAMELESS)
    if not rows:
        return ""
    text = ngettext(
        "{n} row names nobody: it is counted, its words are not kept.",
        "{n} rows name nobody: they are counted, their words are not kept.",
        rows,
    )
    return text.format(n=formats.number(rows))


def scale(job: Job) -> str:
    """By which scale a checked file's ratings are read, where nobody said it."""
    measured = job.result.get("measured", {}) if drafts.is_checked(job) else {}
    top = next((top for target, top in measured.items() if target.endswith(".scale")), "")
    if not top:
        return ""
    text = _(
        "Ratings are read as so many of {top}, as the column shows. If they go up to another number, choose it on the"
        " Columns step."
    )
    return text.format(top=formats.number(int(top)))


def unused(job: Job) -> str:
    """Which columns of a checked file are not imported, the first ones by name, so that nobody misses it."""
    if not drafts.is_checked(job):
        return ""
    try:
        names = drafts.unused(job)
    except drafts.UnableToImport:  # the upload is gone; what was found in it is told all the same
        return ""
    if not names:
        return ""
    shown = ", ".join(names[:SHOWN_COLUMNS]) + (", …" if len(names) > SHOWN_COLUMNS else "")
    text = ngettext("{n} column is left out: {names}", "{n} columns are left out: {names}", len(names))
    return text.format(n=formats.number(len(names)), names=shown)


def doubtful(job: Job) -> str:
    """Which of the left-out columns of a checked file look like money that belongs to the orders."""
    if not drafts.is_checked(job):
        return ""
    try:
        names = drafts.doubtful(job)
    except drafts.UnableToImport:
        return ""
    if not names:
        return ""
    text = ngettext(
        "{names} looks like money of the orders and is left out. If it belongs to them, choose on the Columns step what"
        " it is.",
        "{names} look like money of the orders and are left out. If they belong to them, choose on the Columns step"
        " what they are.",
        len(names),
    )
    return text.format(names=", ".join(names[:SHOWN_COLUMNS]))


def short(job: Job) -> str:
    """How many orders are smaller than in the file, because lines of theirs were refused."""
    orders = job.result.get("also", {}).get(SHORT, 0)
    if not orders:
        return ""
    text = ngettext(
        "{n} order comes in without one or more of its lines.",
        "{n} orders come in without one or more of their lines.",
        orders,
    )
    return text.format(n=formats.number(orders))


def newcomers(job: Job) -> str:
    """How many people a checked file would make customers: a consent or an order for an unknown address brings one."""
    also = job.result.get("also", {}) if drafts.is_checked(job) else {}
    people = also.get(NEW_PEOPLE, 0)
    if not people:
        return ""
    text = (
        ngettext("At most {n} new customer would be made.", "At most {n} new customers would be made.", people)
        if also.get(ROUGHLY)
        else ngettext("{n} new customer would be made.", "{n} new customers would be made.", people)
    )
    return text.format(n=formats.number(people))


def companies(job: Job) -> str:
    """How many companies a checked file would make."""
    made = _foreseen(job, NEW_COMPANIES)
    if not made:
        return ""
    text = ngettext("{n} new company would be made.", "{n} new companies would be made.", made)
    return text.format(n=formats.number(made))


def buyers(job: Job) -> list[str]:
    """What happens to orders that do not say, or hardly say, who bought."""
    also, found = job.result.get("also", {}), []
    if unnamed := also.get(UNNAMED, 0):
        text = ngettext(
            "{n} order names no buyer: it counts in the shop's figures and stands on no customer's page.",
            "{n} orders name no buyer: they count in the shop's figures and stand on no customer's page.",
            unnamed,
        )
        found.append(text.format(n=formats.number(unnamed)))
    if numbered := also.get(NUMBERED, 0):
        text = ngettext(
            "{n} order names its buyer only by a customer or phone number. Whoever has that number gets it; for a"
            " number nobody has, a customer without a name is made. A file of customers with the same numbers completes"
            " them.",
            "{n} orders name their buyers only by a customer or phone number. Whoever has that number gets them; for a"
            " number nobody has, a customer without a name is made. A file of customers with the same numbers completes"
            " them.",
            numbered,
        )
        found.append(text.format(n=formats.number(numbered)))
    return found


def joined(job: Job) -> str:
    """How many customers a checked file would make one with another, because a row of it names both."""
    joined = _foreseen(job, JOINED)
    if not joined:
        return ""
    text = ngettext(
        "{n} customer would be merged with another, because a row names both.",
        "{n} customers would be merged with others, because a row names both.",
        joined,
    )
    return text.format(n=formats.number(joined))


def usable(job: Job) -> str:
    """What a check found: rows that can be used are not yet values that can."""
    rows, values = job.result.get("accepted", 0), job.result.get("warned", 0)
    parts = [ngettext("{n} row can be used", "{n} rows can be used", rows).format(n=formats.number(rows))]
    parts.append(ngettext("{n} value left out", "{n} values left out", values).format(n=formats.number(values)))
    return ", ".join(parts)


def read_as(job: Job, noted: list[dict[str, Any]]) -> str:
    """Which country's phone numbers were expected, where some were not read and no column says the country."""
    mapped = job.params["mapping"]
    if mapping.COUNTRY in mapped["columns"].values() or not any(entry["reason"] in PHONE_CODES for entry in noted):
        return ""
    country = str(mapped["constants"].get(mapping.COUNTRY) or settings.CDP_SHOP_COUNTRY)
    text = _(
        "Phone numbers without a country code were read as numbers of {country}. If they belong to another country,"
        " choose Country on the Columns step."
    )
    return text.format(country=places.country_name(country, get_language() or "en"))


def brought(job: Job) -> str:
    """What a finished import wrote, in the things it is about: a line of a file is not yet an order."""
    if job.params["dry_run"] or job.params["kind"] != "orders" or not job.finished_at:
        return ""
    orders = job.result.get("created", 0) + job.result.get("updated", 0)
    refunds = job.result.get("also", {}).get("refunds", 0)
    parts = [ngettext("{n} order", "{n} orders", orders).format(n=formats.number(orders))]
    if refunds:
        parts.append(ngettext("{n} refund", "{n} refunds", refunds).format(n=formats.number(refunds)))
    return ", ".join(parts)
