"""Public forms as a person sends them: with the token of a page that was open for a minute."""

import datetime as dt
import re
from typing import Any

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

MINUTE = dt.timedelta(minutes=1)


def token(form: str) -> str:
    """The token of a form that was shown a minute ago."""
    from cdp.core import receipts  # needs Django; what fills a form in a browser does not

    return receipts.new_token(form, now=timezone.now() - MINUTE)


def send(client: Client, form: str, query: str = "", **fields: Any) -> Any:
    """Send `/{form}/{query}`; `form_token` may be given to send the same form again.

    The terms are accepted where a form asks for it, unless `accept_terms` says otherwise.
    """
    return client.post(f"/{form}/{query}", {"form_token": token(form), "accept_terms": "on"} | fields)


def in_browser(page: Page, name: str, email: str) -> None:
    """The form as somebody sends it, screen by screen where it has screens; sent once more if that was too quick."""
    next_ = page.get_by_role("button", name=re.compile("Next|ถัดไป|다음"))
    submit = page.locator("main .btn-primary[type=submit]")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=email]").fill(email)
    while next_.is_visible():
        next_.click()
    for terms in page.locator("input[name=accept_terms]").all():
        terms.check()
    submit.click()
    again = page.locator(".callout-danger")
    expect(again.or_(page.locator(".done-mark")).first).to_be_visible()
    if again.is_visible():
        submit.click()
    page.wait_for_url("**/done/**")
