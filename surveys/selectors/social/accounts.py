"""The shop's own accounts."""

from collections.abc import Mapping

from customers.rules import handles
from surveys.models import OwnAccount


def own() -> Mapping[tuple[str, str], frozenset[str]]:
    """(platform, `handles.key` of the name) of each → the kinds of acts that open a ticket on its platform, beside
    messages.
    """
    rows = OwnAccount.objects.values_list("platform", "handle", "tickets")
    return {(platform, handles.key(handle)): frozenset(tickets) for platform, handle, tickets in rows}


def opening(accounts: Mapping[tuple[str, str], frozenset[str]], platform: str) -> frozenset[str]:
    """What opens a ticket on a platform: what any account of the shop there says."""
    return frozenset().union(*(kinds for (where, _handle), kinds in accounts.items() if where == platform))
