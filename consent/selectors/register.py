"""The register of processing activities as it is read."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cdp.core.models import User
from consent.models import ProcessingActivity
from consent.rules import register as rules
from consent.selectors import packs

COLUMNS = {
    "name": _("Activity"),
    "purpose": _("What for"),
    "people": _("Whose data"),
    "data": _("Which data"),
    "recipients": _("Who receives it"),
    "transfers": _("To other countries"),
    "retention": _("How long"),
    "safeguards": _("How it is protected"),
}
BASES = {
    "consent": _("Consent"),
    "contract": _("Contract or request"),
    "legitimate_interest": _("Legitimate interest"),
    "legal_obligation": _("The law requires it"),
}
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One activity in the reader's language, the base language where it lacks words."""

    row: ProcessingActivity
    words: Mapping[str, str]
    bases: Sequence[tuple[str, str]]  # name of the law, basis in words

    @property
    def basis_in_words(self) -> str:
        """The basis under the shop's own law."""
        own = packs.of_shop().key
        return str(BASES.get(self.row.bases.get(own, ""), "")) or "–"

    @property
    def cells(self) -> list[tuple[object, str]]:
        """Label and words of every column but the name."""
        return [(COLUMNS[column], self.words.get(column, "")) for column in rules.COLUMNS[1:]]


def entries(*, language: str) -> list[Entry]:
    """Every activity, in order, at most MOST."""
    laws = packs.every()
    return [
        Entry(
            row,
            in_language(row, language),
            [
                (str(_(laws[law].name)), str(BASES[basis]))
                for law, basis in sorted(row.bases.items())
                if law in laws and basis in BASES
            ],
        )
        for row in ProcessingActivity.objects.all()[:MOST]
    ]


def in_language(row: ProcessingActivity, language: str) -> dict[str, str]:
    """The words of an activity, each in that language if there is one."""
    base, own = row.texts.get(settings.LANGUAGE_CODE, {}), row.texts.get(language[:2], {})
    return {column: own.get(column) or base.get(column, "") for column in rules.COLUMNS}


def authors(row: ProcessingActivity) -> dict[str, str]:
    """Names of the staff who changed it, by id."""
    ids = {state["by"] for state in row.history if state.get("by")}
    return {
        str(pk): name
        for pk, name in User.objects.filter(id__in=[uuid.UUID(one) for one in ids]).values_list("id", "name")
    }
