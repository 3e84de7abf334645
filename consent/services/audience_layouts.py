"""Exports of audiences that we know: people together with what they allowed.

One statement per person and source. Who never said anything has none. What an audience does not date is recorded
without undoing a later "no" (see consent_import).
"""

from collections.abc import Mapping
from types import MappingProxyType

from cdp.core.imports.layouts import Layout

_EMAIL_MARKETING = {"consent.purpose": "marketing", "consent.channel": "email"}


def _consents(columns: Mapping[str, str], **constants: str) -> dict[str, dict[str, dict[str, str]]]:
    given = {f"consent.{name}": value for name, value in constants.items()}
    return {"consents": {"columns": dict(columns), "constants": {**_EMAIL_MARKETING, **given}}}


_MAILCHIMP = MappingProxyType(
    {
        "Email Address": "customer.email",
        "First Name": "customer.given_name",
        "Last Name": "customer.family_name",
        "Phone Number": "customer.phone",
        "CC": "customer.country",
        "TAGS": "customer.tags",
        "OPTIN_TIME": "customer.created_at",
        "LAST_CHANGED": "customer.updated_at",
    }
)
_MAILCHIMP_MARKS = frozenset({"Email Address", "MEMBER_RATING", "LEID", "EUID"})
_SHOPIFY = MappingProxyType(
    {
        "Customer ID": "customer.external_id",
        "First Name": "customer.given_name",
        "Last Name": "customer.family_name",
        "Email": "customer.email",
        "Phone": "customer.phone",
        "Default Address Phone": "customer.phone",
        "Default Address Company": "customer.company",
        "Default Address Address1": "customer.street",
        "Default Address City": "customer.city",
        "Default Address Province Code": "customer.province",
        "Default Address Country Code": "customer.country",
        "Default Address Zip": "customer.postcode",
        "Company": "customer.company",
        "Address1": "customer.street",
        "City": "customer.city",
        "Province": "customer.province",
        "Province Code": "customer.province",
        "Country Code": "customer.country",
        "Country": "customer.country",
        "Zip": "customer.postcode",
        "Tags": "customer.tags",
    }
)

LAYOUTS = (
    # Mailchimp's lists of those who get mail and of those who never asked for it look the same but for their names.
    Layout(
        key="mailchimp.subscribed",
        kind="customers",
        signature=_MAILCHIMP_MARKS,
        columns=_MAILCHIMP,
        also=_consents(
            {"Email Address": "customer.email", "OPTIN_TIME": "consent.at"}, granted="yes", evidence="subscribed"
        ),
        file=r"(?<!non)(?<!non-)(?<!un)subscribed",
    ),
    Layout(key="mailchimp.audience", kind="customers", signature=_MAILCHIMP_MARKS, columns=_MAILCHIMP),
    Layout(
        key="mailchimp.unsubscribed",
        kind="customers",
        signature=_MAILCHIMP_MARKS | {"UNSUB_TIME"},
        columns=_MAILCHIMP,
        also=_consents(
            {"Email Address": "customer.email", "UNSUB_TIME": "consent.at"}, granted="no", evidence="unsubscribed"
        ),
    ),
    # Mail to these addresses came back: whatever they allowed once, there is nothing to be sent to them.
    Layout(
        key="mailchimp.cleaned",
        kind="customers",
        signature=_MAILCHIMP_MARKS | {"CLEAN_TIME"},
        columns=_MAILCHIMP,
        also=_consents(
            {"Email Address": "customer.email", "CLEAN_TIME": "consent.at"}, granted="no", evidence="cleaned"
        ),
    ),
    Layout(
        key="klaviyo.list",
        kind="customers",
        signature=frozenset({"Email", "Klaviyo ID", "Email Marketing Consent"}),
        columns={
            "Klaviyo ID": "customer.external_id",
            "Email": "customer.email",
            "Phone Number": "customer.phone",
            "First Name": "customer.given_name",
            "Last Name": "customer.family_name",
            "Organization": "customer.company",
            "Title": "customer.job_title",
            "Address": "customer.street",
            "City": "customer.city",
            "State / Region": "customer.province",
            "Country": "customer.country",
            "Zip Code": "customer.postcode",
            "Profile Created On": "customer.created_at",
        },
        also=_consents({"Email": "customer.email", "Email Marketing Consent": "consent.granted"}),
    ),
    Layout(
        key="shopify.customers",
        kind="customers",
        signature=frozenset({"First Name", "Last Name", "Email", "Accepts Email Marketing", "Total Spent"}),
        columns=_SHOPIFY,
        also=_consents({"Email": "customer.email", "Accepts Email Marketing": "consent.granted"}),
    ),
    Layout(
        key="shopify.customers.before_2022",
        kind="customers",
        signature=frozenset({"First Name", "Last Name", "Email", "Accepts Marketing", "Total Spent"}),
        columns=_SHOPIFY,
        also=_consents({"Email": "customer.email", "Accepts Marketing": "consent.granted"}),
    ),
)
"""What we know, each recognised by its header."""
