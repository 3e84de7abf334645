"""The customer that a filter of a list names."""

import uuid

from django.utils.translation import gettext as _
from rest_framework import exceptions

from cdp.core import context
from cdp.core.api import problems
from customers.selectors import lineage


def customer_of(text: str) -> uuid.UUID:
    """Who stands for that id today: 404 for what nobody has, 410 for who was erased."""
    try:
        found = lineage.get(uuid.UUID(text)).customer.id
    except (ValueError, lineage.Unknown) as error:
        raise exceptions.NotFound(_("There is no such customer.")) from error
    except lineage.Erased as error:
        raise problems.erased() from error
    context.show([found])
    return found
