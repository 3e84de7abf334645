"""What really became of a press of a button at the desk of requests, in a sentence; never just "done"."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consent.models import PrivacyRequest, Right
from consent.rules import requests as rules
from consent.services.requests import steps

State = PrivacyRequest.State
BLOCKS: dict[str, str | Promise] = {
    "held": gettext_lazy(
        "A legal hold keeps the data of this person for now. Erase once it is lifted; until the clock ends, extend, or "
        "refuse on the ground of claims: the person is told either way, and not what the hold is about."
    ),
    "busy": gettext_lazy("Others were writing the same people. Please try again."),
}
_WRITTEN: dict[str, str | Promise] = {
    "prove": gettext_lazy("Written down: it is sure who asks."),
    "resume": gettext_lazy("Written down: it is sure who asks. The clock goes on."),
    "pause": gettext_lazy("The clock stands still until a proof comes."),
    "extend": gettext_lazy("The time is extended."),
    "refuse": gettext_lazy("The request is refused."),
    "cancel": gettext_lazy("The request is taken back."),
    "note": gettext_lazy("The note stands in the log."),
}
_TOLD = frozenset({"pause", "extend", "refuse", "cancel"})
"""What the person is written to about, beside the answer."""


def said(row: PrivacyRequest, act: str) -> tuple[bool, str]:
    """Whether it became what was wanted, and what became of it. `row` as it is afterwards."""
    is_good, text = _became(row, act)
    is_answer = row.state == State.ANSWERED and act != "note"
    if not is_good or not (is_answer or act in _TOLD):
        return is_good, text
    if row.right == Right.ERASURE and is_answer:
        return is_good, text  # nobody can say any more whether there was an address
    if steps.words(row).reach[1]:
        told = _("The person is written to.")
    else:
        told = _("No address of the person is known: tell them yourself.")
    return is_good, f"{text} {told}"


def _became(row: PrivacyRequest, act: str) -> tuple[bool, str]:
    if act in _WRITTEN:
        return True, str(_WRITTEN[act])
    if act == "answer":
        return True, _("The request is answered in your words.")
    if row.right == Right.RECTIFICATION:
        return True, _("Every field is decided: the request is answered.") if row.closed_at else _waiting(row)
    if row.right == Right.ERASURE:
        if row.state == State.ANSWERED:
            return True, _("The person is erased. The certificate is below.")
        nothing = _("Nothing was erased.")
        return False, f"{nothing} {BLOCKS.get(row.blocked, row.blocked)}"
    if row.right in rules.COPIES:
        is_made = row.state in {State.WORKING, State.ANSWERED}
        return is_made, _("The copy is being made.") if is_made else _("No copy is being made.")
    if row.state != State.ANSWERED:
        return False, _("Nothing was done yet.")
    return True, _stopped(row)


def _waiting(row: PrivacyRequest) -> str:
    left = row.changes.filter(decision="open").count()
    text = ngettext("Decided. %(n)s field still waits.", "Decided. %(n)s fields still wait.", left)
    return text % {"n": left}


def _stopped(row: PrivacyRequest) -> str:
    if row.right == Right.RESTRICTION:
        return _("The use of the data is paused.")
    count = int(row.outcome.get("refusals", 0))
    if row.right == Right.OBJECTION:
        if not count:
            return _("All of it had been refused before: nothing was left to stop.")
        text = ngettext(
            "Advertising and profiling are stopped: %(n)s refusal was written.",
            "Advertising and profiling are stopped: %(n)s refusals were written.",
            count,
        )
        return text % {"n": count}
    if not count:
        return _("There was no consent left to take back.")
    return ngettext("%(n)s consent was taken back.", "%(n)s consents were taken back.", count) % {"n": count}
