"""Social acts as rows of a file, in the columns that an import takes."""

import uuid
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core.crypto import subjects
from cdp.core.exports.registry import Kind
from customers.selectors import files as people_files
from customers.selectors import profiles
from surveys.models import SocialAct
from surveys.selectors.social import story

PORTION = 500
COLUMNS = (
    *(
        f"social.{name}"
        for name in ("external_id", "platform", "post", "url", "campaign", "kind", "handle", "followers")
    ),
    *("social.text", "social.at", "customer.external_id", "customer.email", "customer.phone", "customer.name"),
)


def rows(customers: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """One row for each of their acts."""
    people = profiles.opened(customers, with_places=False, shown=False)
    keyring = subjects.load(customers)
    found = SocialAct.objects.filter(customer_id__in=customers).order_by("customer_id", "at", "id")
    portion: list[SocialAct] = []
    for act in found.iterator():
        portion.append(act)
        if len(portion) == PORTION:
            yield from _lines(portion, people, keyring)
            portion = []
    yield from _lines(portion, people, keyring)


def _lines(
    acts: Sequence[SocialAct], people: dict[uuid.UUID, profiles.Profile], keyring: subjects.Keyring
) -> Iterator[tuple[uuid.UUID, list[str]]]:
    for one in story.opened(acts, keyring):
        person, act, post = people.get(one.act.customer_id), one.act, one.post
        if person is None:
            continue
        yield (
            act.customer_id,
            [
                *(act.external_id, act.platform, post.external_id if post else "", post.url if post else ""),
                *(post.campaign if post else "", act.kind, one.handle),
                "" if act.followers is None else str(act.followers),
                *(one.words, act.at.isoformat()),
                next((contact.value for contact in person.external_ids), ""),
                *(person.email, person.phone, person.name),
            ],
        )


KIND = Kind(
    "social",
    _("Social activity"),
    COLUMNS,
    rows=rows,
    whose="EXISTS (SELECT 1 FROM surveys_socialact did WHERE did.customer_id = c.id)",
    hides=people_files.HIDES,
)
