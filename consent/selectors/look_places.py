"""What people call the places where the access log says that somebody was looked at."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FILE = "web:export-file"
PAGES = {
    "customers:customer-detail": _("Customer's page"),
    "customers:customer-list": _("List of customers"),
    "customers:customer-timeline": _("Timeline"),
    "customers:customer-edit": _("Editing"),
    "customers:contact-show": _("A hidden contact was shown"),
    "business:lead-show": _("Hidden answers of a lead were shown"),
    "consent:special-show": _("A sensitive detail was shown"),
    "consent:evidence-file": _("A file that proves a consent was opened"),
    "consent:access-log": _("Who looked"),
    FILE: _("A file of people"),
    "events:quarantine-detail": _("An event that was put aside"),
    "commerce:notice-show": _("A message of a store was opened"),
}
THINGS = {"import": _("Rows of a file that was brought in"), "event": _("An event that was put aside")}
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
ROOMS = [
    ("", _("All pages")),
    ("customers:", _("Customers")),
    ("web:counter", _("Counter")),
    ("web:phone", _("Phone")),
    ("web:search", _("Search")),
    ("business:", _("Leads and companies")),
    ("analytics:", _("Segments")),
    ("campaigns:", _("Campaigns")),
    ("surveys:", _("Surveys")),
    ("loyalty:", _("Loyalty")),
    ("commerce:", _("Orders and stores")),
    ("web:import", _("Imports")),
    ("web:export", _("Exports")),
    ("web:home", _("Home")),
    ("events:", _("Events")),
    ("consent:", _("Consent")),
    ("admin:", _("Data admin")),
]


def is_number(reason: str) -> bool:
    """Whether a reason is (or ends with) the number of a row, which says nothing to a reader."""
    return bool(_ID.search(reason))


def named(reason: str) -> tuple[str, str]:
    """The kind of thing and its number, of a reason like `import <number>`; empty where it names none."""
    thing, _space, number = reason.partition(" ")
    return (thing, number) if thing in THINGS and _ID.fullmatch(number) else ("", "")


def why(reason: str, reasons: Mapping[str, object]) -> str:
    """The reason in words; `reasons` are those that staff choose from. Of a number alone there are none."""
    if thing := named(reason)[0]:
        return str(THINGS[thing])
    if _ID.fullmatch(reason):
        return ""
    return str(reasons.get(reason, _ID.sub("", reason).strip()))


def of(view: str, kind: str, *, for_staff: bool = True) -> str:
    """The place in words, by the page and by who looked (`staff`, `key`, …). Of a page without words staff read its
    address name; the person reads that it was one of ours.
    """
    named = PAGES.get(view) or next((label for start, label in ROOMS if start and view.startswith(start)), "")
    if named:
        return str(named)
    if kind == "key":
        return "REST" if for_staff else gettext("A connected program")
    return view if for_staff else gettext("Another page of ours")
