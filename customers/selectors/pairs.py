"""Pairs of records that may be one person, side by side, for a steward to decide."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from cdp.core import written_dates
from customers.models import Customer, MergeSuggestion, Status
from customers.rules import emails, places, survivorship, tags
from customers.rules.survivorship import Side, Standing
from customers.selectors import lineage, profiles
from customers.selectors.profiles import Contact, Profile

PAGE = 25
OPEN = "open"


@dataclass(frozen=True)
class Pair:
    """Two people as they stand today: whom the suggestion named may have been merged since."""

    suggestion: MergeSuggestion
    survivor: Profile
    absorbed: Profile
    same: Sequence[str]  # kinds of contacts that both have


@dataclass(frozen=True)
class Row:
    """One thing of both records. `choice` is its name in the form where there is something to choose."""

    key: str
    ours: str
    theirs: str
    chosen: Side
    is_choice: bool
    is_joined: bool = False

    @property
    def result(self) -> str:
        """What will stand after the merge, without another choice."""
        return self.ours if self.chosen == "survivor" else self.theirs


def page(*, older: uuid.UUID | None = None) -> tuple[list[Pair], uuid.UUID | None]:
    """Open pairs, newest first, and where the next page begins (None on the last)."""
    rows = MergeSuggestion.objects.filter(state=OPEN).order_by("-id")
    if older is not None:
        rows = rows.filter(id__lt=older)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    following = shown[-1].id if len(found) > PAGE else None
    return _paired(shown), following


def waiting(*, most: int = 1000) -> int:
    """How many pairs wait, counted up to `most`."""
    return MergeSuggestion.objects.filter(state=OPEN)[:most].count()


def find(suggestion: uuid.UUID) -> Pair | None:
    """An open pair by the id of its suggestion."""
    row = MergeSuggestion.objects.filter(id=suggestion, state=OPEN).first()
    return next(iter(_paired([row])), None) if row else None


def _paired(suggestions: Sequence[MergeSuggestion]) -> list[Pair]:
    """The pairs of these suggestions, without those of whom one is gone or who are one already; a few queries."""
    standing = _standing({customer for row in suggestions for customer in (row.customer_id, row.other_id)})
    couples = [
        (row, one, other)
        for row in suggestions
        if (one := standing.get(row.customer_id)) and (other := standing.get(row.other_id)) and one.id != other.id
    ]
    opened = profiles.opened({who.id for _row, *people in couples for who in people})
    found = []
    for row, one, other in couples:
        survivor, absorbed = survivorship.order(
            *(Standing(who.id, who.is_known, who.created_at) for who in (one, other))
        )
        ways = ({_way(contact) for contact in opened[who].contacts} for who in (survivor, absorbed))
        same = sorted({kind for kind, _value in set.intersection(*ways)})
        found.append(Pair(row, opened[survivor], opened[absorbed], same))
    return found


def _way(contact: Contact) -> tuple[str, str]:
    """A contact as it is recognised: capitals make no other address, and the record of each side keeps its own."""
    return contact.kind, emails.key(contact.value) if contact.kind == "email" else contact.value


def _standing(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, Customer]:
    """Who stands for each of these today; the erased are left out. Only those merged since cost a query each."""
    found = Customer.objects.in_bulk(list(customers))
    for customer, row in list(found.items()):
        if row.status in {Status.KNOWN, Status.ANONYMOUS}:
            continue
        try:
            found[customer] = lineage.get(customer).customer
        except (lineage.Unknown, lineage.Erased):
            del found[customer]
    return found


def rows(pair: Pair, *, in_full: bool) -> list[Row]:
    """What to compare, in the order of a customer's page; contacts masked for those who may not see them."""
    ours, theirs = (_values(profile) for profile in (pair.survivor, pair.absorbed))
    found = []
    for group in survivorship.GROUPS:
        if group == "source":
            continue
        mine, other = ours[group], theirs[group]
        if mine or other:
            side: Side = "survivor" if mine or not other else "absorbed"
            found.append(Row(group, mine, other, side, is_choice=bool(mine and other and mine != other)))
    for kind in survivorship.CONTACTS:
        mine, other = (_contact(profile, kind, in_full=in_full) for profile in (pair.survivor, pair.absorbed))
        # Capitals make no other address: nobody should have to choose between two spellings of one.
        full = {_contact(profile, kind, in_full=True).casefold() for profile in (pair.survivor, pair.absorbed)}
        if mine or other:
            side = "survivor" if mine or not other else "absorbed"
            found.append(Row(kind, mine, other, side, is_choice=bool(mine and other and len(full) > 1)))
    for column in ("interests", "tags"):
        lists = [list(getattr(profile.customer, column)) for profile in (pair.survivor, pair.absorbed)]
        if any(lists):
            mine, other = (
                ", ".join(tags.shown(entry) if column == "tags" else entry for entry in one) for one in lists
            )
            found.append(Row(column, mine, other, "survivor", is_choice=False, is_joined=True))
    return found


def _values(profile: Profile) -> Mapping[str, str]:
    row = profile.customer
    values = {group: str(getattr(row, group) or "") for group in survivorship.GROUPS if hasattr(row, group)}
    genders = {"female": gettext("Female"), "male": gettext("Male"), "other": gettext("Other")}
    language = get_language() or "en"
    return values | {
        "name": profile.name,
        "place": profile.where,
        "gender": genders.get(row.gender, row.gender),
        "birth_date": written_dates.dated(row.birth_date, "medium") if row.birth_date else "",
        "language": places.language_name(row.language, language),
        "nationality": places.country_name(row.nationality, language) if row.nationality else "",
    }


def _contact(profile: Profile, kind: str, *, in_full: bool) -> str:
    contact = next((one for one in profile.contacts if one.kind == kind and one.is_primary), None)
    if contact is None:
        return ""
    return contact.written if in_full else contact.masked
