"""What this room declares to the kernel: the rows it needs, its files, its timeline entries, its part of a profile."""

from django.utils.translation import gettext_lazy as _

from cdp.core import acquaintance, chains, jobs, leaving, minimising, outbox, panels, reference, timeline, webhooks
from cdp.core.exports import registry as exports
from cdp.core.imports import layouts, registry, undoing
from cdp.core.keys import digests, holders
from consent.models import Breach, LinkRequest, Pending, PrivacyCode, ServedNotice
from consent.selectors import breaches, ledger, looks_panel, panel, rights_panel, special
from consent.selectors import evidence as proof_files
from consent.selectors import files as export_files
from consent.selectors import minimisation as unused
from consent.services import (
    audience_layouts,
    confirming,
    consent_import,
    duties,
    footers,
    gate,
    guardians,
    import_undo,
    link_mails,
    proving,
    reconsent,
)
from consent.services import evidence as evidence_files
from consent.services import reference as rows
from consent.services.breaches import affected, evidence, telling  # noqa: F401  (register their jobs)
from consent.services.minimisation import counting, deciding  # noqa: F401  (register their jobs)
from consent.services.requests import letters
from consent.services.retention import running  # noqa: F401  (registers its job)

leaving.provide(gate)
minimising.keep_notes(counting.keep)
minimising.stop_by(unused.stopped)
exports.declare(export_files.KIND)
webhooks.declare(
    "customer.restricted", _("Somebody asked for a restriction: do not use their data for now"), holds="customer, until"
)
webhooks.declare(
    "consent.changed", _("Somebody allowed or refused something"), holds="customer, purpose, channel, status"
)
chains.declare("consent_breachstep", "consent_consentrecord", "consent_privacyrequeststep", "consent_termsacceptance")
holders.declare(holders.Holder(Breach, ("id",), breaches.context))
chains.prove(proving.SUBJECT, proving.check)
chains.prove(proof_files.TABLE, evidence_files.check)
for event, label in (
    ("privacy_request.received", _("Somebody asked for their rights")),
    ("privacy_request.extended", _("A request was extended")),
    ("privacy_request.answered", _("A request was answered")),
    ("privacy_request.refused", _("A request was refused")),
):
    webhooks.declare(event, label, holds="customer, request, reference, right, due_at")
for kind in letters.KINDS:
    outbox.declare(kind)
reference.needed(rows.ensure)
for kind in (
    # Nobody knows yet who reads it.
    outbox.Kind(confirming.KIND, _("A link to confirm what you ticked"), has_preferences=False),
    outbox.Kind(link_mails.KIND, _("The link to your settings"), has_preferences=False),
    outbox.Kind(duties.RESULT, _("What we noted of your choice")),
    outbox.Kind(duties.STILL, _("A reminder that you still get offers")),
    outbox.Kind(guardians.KIND, _("The question to your guardian"), has_preferences=False),
    outbox.Kind(guardians.DONE, _("What your guardian allowed"), has_preferences=False),
    outbox.Kind(guardians.STOPPED, _("What your guardian refused or took back"), has_preferences=False),
    outbox.Kind(guardians.NEEDED, _("That a parent or guardian has to agree"), has_preferences=False),
    outbox.Kind(guardians.GROWN, _("That you decide yourself from now on")),
    outbox.Kind(reconsent.NOTICE, _("The question whether we may go on")),
    outbox.Kind(reconsent.NEWS, _("News of a changed text about your data")),
):
    outbox.declare(kind)
outbox.footed_by(footers.links_of)
outbox.stopped_by(footers.stop_of)
registry.declare(consent_import.KIND)
registry.offer("customers", consent_import.BESIDE)
undoing.declare(*import_undo.PARTS, words=import_undo.WORDS)
layouts.declare(*audience_layouts.LAYOUTS)
timeline.provide("consent", _("Consent"), ledger.entries, group=timeline.KNOWN, scope="consents")
panels.declare(
    panels.Panel("consent", side=panels.LEFT, template="consent/panel.html", context=panel.context, position=60)
)
panels.declare(
    panels.Panel(
        "consent.special",
        side=panels.LEFT,
        template="consent/special_panel.html",
        context=special.context,
        position=65,
    )
)
panels.declare(
    panels.Panel(
        "consent.looks", side=panels.LEFT, template="consent/looks_panel.html", context=looks_panel.context, position=90
    )
)
panels.declare(
    panels.Panel(
        "consent.rights",
        side=panels.LEFT,
        template="consent/rights_panel.html",
        context=rights_panel.context,
        position=68,
    )
)
panels.advise("consent", panel.advice)
acquaintance.provide(acquaintance.CONSENTS, ledger.granted_count)
jobs.kind(reconsent.KIND)(reconsent.run)
digests.declare(LinkRequest, "contact_digest", "from_digest")
digests.declare(Pending, "address_digest")
digests.declare(PrivacyCode, "code_digest", "contact_digest", "from_digest")
digests.declare_lasting(ServedNotice, "token")
