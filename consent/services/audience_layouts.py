"""Exports of audiences that we know: people together with what they allowed.

One statement per person and source. Who never said anything has none. What an audience does not date is recorded
without undoing a later "no" (see consent_import).
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from cdp.core.imports.layouts import Layout
from customers.services import contact_layouts

_IDENTIFYING = frozenset({"customer.external_id", "customer.email"})
_EMAIL_MARKETING = {"consent.purpose": "marketing", "consent.channel": "email"}


def _consents(columns: Mapping[str, str], **constants: str) -> dict[str, dict[str, dict[str, str]]]:
    given = {f"consent.{name}": value for name, value in constants.items()}
    return {"consents": {"columns": dict(columns), "constants": {**_EMAIL_MARKETING, **given}}}


_MAILCHIMP_MARKS = frozenset({"MEMBER_RATING", "LEID", "EUID"})
"""What every audience has; the names of its fields are the owner's own, in the owner's language."""
_ADDRESSES = (
    "Email Address", "Email", "E-mail Address", "E-Mail-Adresse", "Adresse e-mail", "Dirección de correo electrónico",
    "Correo electrónico", "Indirizzo e-mail", "Endereço de e-mail", "E-mailadres", "อีเมล", "อีเมล์", "ที่อยู่อีเมล", "이메일",
    "이메일 주소", "メールアドレス",
)  # fmt: skip
_MAILCHIMP = MappingProxyType(
    {
        **dict.fromkeys(_ADDRESSES, "customer.email"),
        **dict.fromkeys(
            ("First Name", "Vorname", "Prénom", "Nombre", "ชื่อ", "ชื่อจริง", "이름", "名"), "customer.given_name"
        ),
        **dict.fromkeys(("Last Name", "Nachname", "Nom", "Apellido", "นามสกุล", "성", "姓"), "customer.family_name"),
        **dict.fromkeys(("Phone Number", "Phone", "Telefon", "โทรศัพท์", "เบอร์โทรศัพท์", "전화번호"), "customer.phone"),
        "Address": "customer.street",
        "Company": "customer.company",
        "CC": "customer.country",
        "TAGS": "customer.tags",
        "OPTIN_TIME": "customer.created_at",
        "LAST_CHANGED": "customer.updated_at",
    }
)
_MAILCHIMP_PEOPLE = dict.fromkeys(_ADDRESSES, "customer.email")
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
_SHOPIFY_PEOPLE = {
    "Customer ID": "customer.external_id",
    "Email": "customer.email",
    "Phone": "customer.phone",
    "First Name": "customer.given_name",
    "Last Name": "customer.family_name",
    "Default Address Country Code": "customer.country",
    "Country Code": "customer.country",
}
"""Many have no address of mail; what they said is theirs all the same."""
_SHOPIFY_FURTHER = {"customer.phone": ("Default Address Phone",)}
_SHOPIFY_BEHIND = {"customer.street": ("Default Address Address2", "Address2")}
_OPT_OUTS = (
    ("hubspot.contacts", "Unsubscribed from all email"),
    ("hubspot.contacts", "Unsubscribed from all emails"),
    ("hubspot.contacts", "Opted out of all email"),
    ("salesforce.contacts", "HasOptedOutOfEmail"),
    ("salesforce.report", "Email Opt Out"),
)
"""Contacts of sales systems say nothing of who allowed mail, but who forbade it."""


def _with_opt_out(key: str, column: str) -> Layout:
    known = next(layout for layout in contact_layouts.LAYOUTS if layout.key == key)
    people = {name: target for name, target in known.columns.items() if target in _IDENTIFYING}
    return dataclasses.replace(
        known,
        key=f"{key}.{column}",
        signature=known.signature | {column},
        also=_consents({**people, column: "consent.opted_out"}),
    )


LAYOUTS = (
    # Mailchimp's lists of those who get mail and of those who never asked for it look the same but for their names.
    Layout(
        key="mailchimp.subscribed",
        kind="customers",
        signature=_MAILCHIMP_MARKS,
        columns=_MAILCHIMP,
        also=_consents({**_MAILCHIMP_PEOPLE, "OPTIN_TIME": "consent.at"}, granted="yes", evidence="subscribed"),
        file=r"(?<!non)(?<!non[-_ ])(?<!not[-_ ])(?<!un)subscribed",
    ),
    Layout(key="mailchimp.audience", kind="customers", signature=_MAILCHIMP_MARKS, columns=_MAILCHIMP),
    Layout(
        key="mailchimp.unsubscribed",
        kind="customers",
        signature=_MAILCHIMP_MARKS | {"UNSUB_TIME"},
        columns=_MAILCHIMP,
        also=_consents({**_MAILCHIMP_PEOPLE, "UNSUB_TIME": "consent.at"}, granted="no", evidence="unsubscribed"),
    ),
    # Mail to these addresses came back: whatever they allowed once, there is nothing to be sent to them.
    Layout(
        key="mailchimp.cleaned",
        kind="customers",
        signature=_MAILCHIMP_MARKS | {"CLEAN_TIME"},
        columns=_MAILCHIMP,
        also=_consents({**_MAILCHIMP_PEOPLE, "CLEAN_TIME": "consent.at"}, granted="no", evidence="cleaned"),
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
        also=_consents(
            {
                "Klaviyo ID": "customer.external_id",
                "Email": "customer.email",
                "Email Marketing Consent": "consent.granted",
                "Email Marketing Consent Timestamp": "consent.at",
            }
        ),
        behind={"customer.street": ("Address 2",)},
    ),
    Layout(
        key="shopify.customers",
        kind="customers",
        signature=frozenset({"First Name", "Last Name", "Email", "Accepts Email Marketing", "Total Spent"}),
        columns=_SHOPIFY,
        also=_consents({**_SHOPIFY_PEOPLE, "Accepts Email Marketing": "consent.granted"}),
        otherwise=_SHOPIFY_FURTHER,
        behind=_SHOPIFY_BEHIND,
    ),
    Layout(
        key="shopify.customers.before_2022",
        kind="customers",
        signature=frozenset({"First Name", "Last Name", "Email", "Accepts Marketing", "Total Spent"}),
        columns=_SHOPIFY,
        also=_consents({**_SHOPIFY_PEOPLE, "Accepts Marketing": "consent.granted"}),
        otherwise=_SHOPIFY_FURTHER,
        behind=_SHOPIFY_BEHIND,
    ),
    *(_with_opt_out(key, column) for key, column in _OPT_OUTS),
)
"""What we know, each recognised by its header."""
