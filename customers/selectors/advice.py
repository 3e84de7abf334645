"""What is worth asking a customer next: the most useful thing that is not known yet."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cdp.core.panels import Advice, Question
from customers.models import ContactPoint
from customers.selectors import profiles


def missing(question: Question) -> list[Advice]:
    """Ask for a way to reach the person first, then for what makes a greeting possible."""
    known = profiles.asked_about(question)
    if known is None:
        return []
    kinds = {contact.kind for contact in known.contacts if contact.is_primary}
    url = _edit_url(question)
    found = []
    if not kinds & {ContactPoint.Kind.EMAIL, ContactPoint.Kind.PHONE, ContactPoint.Kind.LINE}:
        found.append(
            Advice(
                "customers.reach",
                90,
                _("Ask how to reach them"),
                _("There is no e-mail address, phone number or LINE id yet."),
                "address-book",
                _("Add a contact"),
                url,
            )
        )
    elif ContactPoint.Kind.PHONE not in kinds:
        found.append(
            Advice(
                "customers.phone",
                40,
                _("Ask for a phone number"),
                _("It is how this person is recognised at the counter and on the phone."),
                "phone",
                _("Add a phone number"),
                url,
            )
        )
    if not known.name:
        found.append(
            Advice(
                "customers.name",
                60,
                _("Ask for a name"),
                _("People like to be greeted by name."),
                "user-question",
                _("Add a name"),
                url,
            )
        )
    if known.customer.birth_date is None:
        found.append(
            Advice(
                "customers.birthday",
                20,
                _("Ask for a birthday"),
                _("A small gift on the day is remembered."),
                "cake",
                _("Add a birthday"),
                url,
            )
        )
    return found


def _edit_url(question: Question) -> str:
    return reverse("customers:customer-edit", args=[question.customer]) if question.reader.can("customers.edit") else ""
