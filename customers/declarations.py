"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import holds, minimising, open_things, outbox, panels, reference, timeline, webhooks
from cdp.core.exports import registry as exports
from cdp.core.imports import engine, layouts, registry, touched, undoing
from cdp.core.keys import digests
from customers.models import (
    Address,
    Arrival,
    CompanyKey,
    ContactPoint,
    Customer,
    Identifier,
    Lead,
    LeadKey,
    SharedIdentifier,
    SuppressedIdentifier,
    Telling,
)
from customers.rules import unreadable
from customers.selectors import (
    advice,
    arrivals,
    business_files,
    changes,
    companies,
    interactions,
    leads,
    lineage,
    members,
    merges,
    notes,
    samples,
)
from customers.selectors import fields as fields_of
from customers.selectors import files as export_files
from customers.services import (  # (buckets registers its reference rows)
    buckets,  # noqa: F401
    choices,
    contact_layouts,
    import_trace,
    import_undo,
    people_import,
)
from customers.services import reference as rows
from customers.services.companies import company_import, undoing_companies
from customers.services.companies import layouts as company_layouts
from customers.services.leads import layouts as lead_layouts
from customers.services.leads import lead_import, undoing_leads
from customers.services.merging import reindexed

outbox.held_back_by(samples.held_back)
minimising.declare(*fields_of.FIELDS)
exports.declare(export_files.KIND)
exports.declare(business_files.COMPANIES)
exports.declare(business_files.LEADS)
webhooks.declare("customer.created", _("Somebody became a customer"), holds="customer, source")
webhooks.declare("customer.updated", _("Details of a customer changed"), holds="customer, fields")
webhooks.declare("customer.merged", _("Two customers turned out to be one"), holds="customer, absorbed")
webhooks.declare(webhooks.ERASED, _("A customer was erased: forget them too"), holds="customer")
registry.declare(people_import.KIND)
undoing.declare(*import_undo.PARTS, words=import_undo.WORDS)
holds.widen_by(lineage.everybody)
touched.declare("customers", import_trace.people)
registry.declare(company_import.KIND)
registry.declare(lead_import.KIND)
undoing.declare(*undoing_leads.PARTS, words=undoing_leads.WORDS)
undoing.declare(*undoing_companies.PARTS, words=undoing_companies.WORDS)
layouts.declare(*contact_layouts.LAYOUTS, *company_layouts.LAYOUTS, *lead_layouts.LAYOUTS)
engine.explain(
    {
        **unreadable.REASONS,
        "test_lead": _("The platform's own trial lead, which is nobody."),
        "domain_of_another": _(
            "Another company, of this file or known before, has this web address and another name. Both are kept; merge"
            " them on the page of one of them if they are the same."
        ),
        "no_company_named": _("The row names no company."),
    },
    counted=("domain_of_another",),
    kept=("postcode_elsewhere",),
)
reference.needed(rows.ensure)
reference.needed(choices.ensure)
timeline.provide("interaction", _("Calls and visits"), interactions.entries, group=timeline.SAID)
timeline.provide("note", _("Notes"), notes.entries, group=timeline.SAID)
timeline.provide("signup", _("Forms"), arrivals.entries, group=timeline.KNOWN)
timeline.provide("lead", _("Leads"), leads.entries, group=timeline.SAID)
timeline.provide("profile", _("Details"), changes.entries, group=timeline.KNOWN)
panels.advise("customers.missing", advice.missing)
panels.declare(
    panels.Panel("customers.company", panels.LEFT, "customers/companies/panel.html", companies.panel, position=15)
)
panels.declare(panels.Panel("customers.leads", panels.RIGHT, "customers/leads/panel.html", leads.panel, position=52))
panels.declare(panels.Panel("customers.merged", panels.LEFT, "customers/merged_panel.html", merges.panel, position=90))
panels.declare(panels.Panel("customers.member", panels.LEFT, "customers/member_panel.html", members.panel, position=40))
open_things.declare("customers.leads", leads.open_ones)
open_things.declare("customers.promises", interactions.promised)
for model in (Address, CompanyKey, ContactPoint, Identifier, LeadKey, SharedIdentifier, SuppressedIdentifier):
    digests.declare(model, "digest")
digests.declare(Lead, "key", "resolved_by")
digests.declare(Arrival, "resolved_by")
digests.declare(Telling, "resolved_by")
digests.declare(ContactPoint, "ending", kind=digests.Kind.NUMBER)
digests.declare(Customer, "given_name_key", kind=digests.Kind.NUMBER)
digests.declare(Customer, "search_tokens", kind=digests.Kind.NUMBERS)
digests.declare_rewriting("customers_mergelog", reindexed.bring)
