"""The words of /api/docs/: what holds for every call, and what each resource is about. Plain text, read by settings."""

DESCRIPTION = """\
REST for storefronts, tills and back offices. JSON in and out; times are RFC 3339 (send any zone; answers are in
the shop's, like `2026-11-20T16:30:00+07:00`, with a fraction of a second where there is one), money is a decimal string
beside its ISO 4217 currency, phones are E.164, ids are UUIDs.

## Authentication

Send an API key with every call: `Authorization: Bearer KEY`. An owner makes keys
(`manage.py create_api_key NAME --scopes a,b`); each has scopes such as `orders:read` and `orders:write`, and one
source, to which the facts written with it belong. Erasing a customer needs a scope of its own, `customers:erase`.
No key or an unknown one is 401, a missing scope 403.

## Sending a write again

Give every write an `Idempotency-Key` of your own making. The same key with the same body gets the first answer again
for 24 hours, with `Idempotency-Replayed: true`, and nothing is done twice, also when our server was killed in between.
While the first request is being worked on, a second one waits up to ten seconds and then gets 409 `in_progress`; the
same key with another body is 409 `idempotency_key_reused`.

## Pages

Lists answer `{"results": […], "next": url, "previous": url}`; follow the links until `next` is null. `page_size` is 1
to 500. A cursor is opaque, keeps the filters of the first page sealed, and belongs to its list: filters beside it may
repeat them and may not contradict them. Every page costs the same, however deep. Parameters that nobody knows are
refused with 422, because a misspelt filter that is ignored would answer with everybody.

## Problems

Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, a `code` for programs and
`errors` with a JSON pointer into the body, or the name of a parameter, and a sentence each. Sentences are in English,
Thai or Korean after `Accept-Language`, named in `Content-Language`; without it they are English. Codes and pointers
never change with the language.

## Limits

200 requests a second and key on average, 400 at once; beyond that 429 with `Retry-After` in seconds. A body has at most
5 MB (413).
"""

TAGS = [
    {
        "name": "customers",
        "description": "Who the customers are. A customer is found by any identifier and known once; merged ids answer "
        "with their survivor, erased ones with 410.",
    },
    {
        "name": "orders",
        "description": "What customers bought and gave back. An order is unique on your source and its number; telling "
        "it again changes nothing, telling it otherwise updates it. Stock interests say who waits for an article.",
    },
    {"name": "products", "description": "What the shop sells, by SKU."},
    {
        "name": "consents",
        "description": "What customers allow, as a ledger: statements are added with their proof and never changed.",
    },
    {
        "name": "privacy",
        "description": "What customers ask for under their rights (a copy, corrections, erasure, restriction, "
        "objection), with the clock of their law.",
    },
    {
        "name": "surveys",
        "description": "What is asked, and what people answer. Each answer is judged by its question; one that is none "
        "is a 422 with its place, and nothing is kept, unless more is to come (`partial`).",
    },
    {
        "name": "tickets",
        "description": "What customers ask and complain about: what was said, how long they waited in the shop's "
        "hours, how they rate it.",
    },
    {
        "name": "interviews",
        "description": "Talks held by a guide, what was quoted from them, and testimonials that their customers allow.",
    },
    {
        "name": "social",
        "description": "What people do on social platforms: comments, mentions, messages and likes, by the handle "
        "of who did it.",
    },
    {
        "name": "loyalty",
        "description": "What customers have earned: their points, stamps and store credit as a ledger, given, put "
        "aside, redeemed and taken back, each of it once; and personal coupons, looked up and redeemed by code at the "
        "till or in the store's checkout. Giving and taking by hand needs a scope of its own, `loyalty:adjust`.",
    },
    {
        "name": "segments",
        "description": "Groups of customers defined by rules over fields, metrics, orders, events and consent. "
        "Membership follows the facts within seconds.",
    },
    {
        "name": "webhooks",
        "description": "What other systems are told of, signed as the Standard Webhooks specification says. The gate "
        "judges every person by the purpose of the webhook; what it denies is listed with its reason.",
    },
    {"name": "campaigns", "description": "What is sent to whom and when: drafts, activation, results."},
]
