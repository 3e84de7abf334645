"""What calls about customers look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

CUSTOMER = {
    "id": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "status": "known",
    "external_ids": [{"source": "shop", "value": "C-1001"}],
    "email": "mali@example.com",
    "phone": "+66812345678",
    "line_id": None,
    "member_number": "M-77",
    "handle": "instagram:mali.tea",
    "name": "Mali Srisuk",
    "given_name": "Mali",
    "family_name": "Srisuk",
    "gender": "female",
    "birth_date": "1990-04-13",
    "language": "th",
    "nationality": "TH",
    "country": "TH",
    "province": "TH-10",
    "city": "Bang Rak",
    "postcode": "10500",
    "street": "99 Silom Road",
    "company": None,
    "job_title": None,
    "income_band": None,
    "occupation": None,
    "education": None,
    "children": None,
    "interests": ["tea"],
    "tags": ["vip"],
    "source": "shop",
    "sources": ["shop"],
    "created_at": "2026-11-20T16:30:00+07:00",
    "updated_at": "2026-11-20T16:30:00+07:00",
}
BODY = {
    "external_id": "C-1001",
    "email": "mali@example.com",
    "phone": "081-234-5678",
    "name": "Mali Srisuk",
    "country": "TH",
    "interests": ["tea"],
    "tags": ["vip"],
}
ENTRY = {
    "id": "order:019a4f40-0c11-7e02-8a3b-6a5f2c9d1e44",
    "at": "2026-11-20T16:30:00+07:00",
    "kind": "order",
    "source": "shop",
    "title": "Order 1001",
    "data": {"amount": "85.50", "currency": "THB"},
}
EXAMPLES = {
    "list": Example(response=page(CUSTOMER)),
    "lookup": Example(request={"phone": "081-234-5678"}, response=page(CUSTOMER)),
    "create": Example(request=BODY, response=CUSTOMER),
    "retrieve": Example(response=CUSTOMER),
    "partial_update": Example(request={"city": "Bang Rak", "birth_date": "1990-04-13"}, response=CUSTOMER),
    "timeline": Example(response=page(ENTRY)),
}
