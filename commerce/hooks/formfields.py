"""The ready-made fields of lead forms, by any platform's name for them, as the fields of a person."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "email": "email",
    "work_email": "email",
    "work email": "email",
    "user_email": "email",
    "full_name": "name",
    "full name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
    "phone": "phone",
    "phone_number": "phone",
    "work_phone_number": "phone",
    "user_phone": "phone",
    "company_name": "company",
    "company": "company",
    "job_title": "job_title",
    "title": "job_title",
    "street_address": "street",
    "street": "street",
    "city": "city",
    "state": "province",
    "province": "province",
    "region": "province",
    "zip_code": "postcode",
    "zip": "postcode",
    "post_code": "postcode",
    "postal_code": "postcode",
    "country": "country",
    "date_of_birth": "birth_date",
    "gender": "gender",
}
PRIVATE_FIRST = ("email", "phone_number", "phone", "user_email", "user_phone")
"""Where a form asks for a private and a work address, the private one says who it is; the other stays an answer."""


def split(told: Mapping[str, str], *, labels: Mapping[str, str] | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """What a form told, as fields of a person and as answers by question. `labels` are questions by their key."""
    raw: dict[str, str] = {}
    answers: dict[str, str] = {}
    for name in sorted(told, key=lambda one: _key(one) not in PRIVATE_FIRST):
        field, value = FIELDS.get(_key(name), ""), told[name].strip()
        if not value:
            continue
        if field and field not in raw:
            raw[field] = value
        else:
            answers[(labels or {}).get(name) or name.replace("_", " ")] = value
    # The order of the form reads better than ours.
    order = {(labels or {}).get(name) or name.replace("_", " "): place for place, name in enumerate(told)}
    return raw, dict(sorted(answers.items(), key=lambda one: order[one[0]]))


def _key(name: str) -> str:
    return name.strip().casefold()
