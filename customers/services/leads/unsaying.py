"""Words that somebody takes back where they said them go from their leads as well."""

import json
import uuid

from cdp.core.crypto import subjects
from customers.models import Lead
from customers.services.leads.taking import TABLE


def replace(*, customer: uuid.UUID, platform: str, words: str, note: str) -> int:
    """Put a note in the place of every answer of exactly these words in their leads of that platform. Returns how many
    leads changed.
    """
    keyring = subjects.load([customer])
    if not words or customer not in keyring.writing:
        return 0
    changed = 0
    for lead in Lead.objects.filter(customer_id=customer, platform=platform, answers__isnull=False):
        content = json.loads(keyring.open(lead.answers, table=TABLE, column="answers", row=lead.id) or "{}")
        answers = content.get("answers", [])
        mended = [[asked, note if answer.strip() == words.strip() else answer] for asked, answer in answers]
        if mended != answers:
            text = json.dumps({**content, "answers": mended}, ensure_ascii=False)
            sealed = keyring.seal(text, customer=customer, table=TABLE, column="answers", row=lead.id)
            Lead.objects.filter(customer_id=customer, id=lead.id).update(answers=sealed)
            changed += 1
    return changed
