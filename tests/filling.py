"""Public forms as a person sends them: with the token of a page that was open for a minute."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from cdp.core import receipts

MINUTE = dt.timedelta(minutes=1)


def token(form: str) -> str:
    """The token of a form that was shown a minute ago."""
    return receipts.new_token(form, now=timezone.now() - MINUTE)


def send(client: Client, form: str, query: str = "", **fields: Any) -> Any:
    """Send `/{form}/{query}`; `form_token` may be given to send the same form again."""
    return client.post(f"/{form}/{query}", {"form_token": token(form)} | fields)
