"""What an event is called in front of people. The names of Segment's specification are told in the reader's words;
names of the shop's own stay as the shop wrote them.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KNOWN: dict[str, str | Promise] = {
    "products searched": gettext_lazy("Searched for products"),
    "product list viewed": gettext_lazy("Viewed a list of products"),
    "product list filtered": gettext_lazy("Narrowed a list of products"),
    "promotion viewed": gettext_lazy("Saw a promotion"),
    "promotion clicked": gettext_lazy("Opened a promotion"),
    "product clicked": gettext_lazy("Chose a product"),
    "product viewed": gettext_lazy("Viewed a product"),
    "product added": gettext_lazy("Put a product into the cart"),
    "product removed": gettext_lazy("Took a product out of the cart"),
    "product shared": gettext_lazy("Shared a product"),
    "product reviewed": gettext_lazy("Reviewed a product"),
    "product added to wishlist": gettext_lazy("Put a product on the wish list"),
    "product removed from wishlist": gettext_lazy("Took a product off the wish list"),
    "wishlist product added to cart": gettext_lazy("Put a wished product into the cart"),
    "cart viewed": gettext_lazy("Viewed the cart"),
    "cart shared": gettext_lazy("Shared the cart"),
    "checkout started": gettext_lazy("Started the checkout"),
    "checkout step viewed": gettext_lazy("Came to a step of the checkout"),
    "checkout step completed": gettext_lazy("Finished a step of the checkout"),
    "payment info entered": gettext_lazy("Entered how to pay"),
    "order completed": gettext_lazy("Completed an order"),
    "order updated": gettext_lazy("Changed an order"),
    "order cancelled": gettext_lazy("Cancelled an order"),
    "order refunded": gettext_lazy("Got an order refunded"),
    "coupon entered": gettext_lazy("Entered a coupon"),
    "coupon applied": gettext_lazy("Used a coupon"),
    "coupon denied": gettext_lazy("Entered a coupon that did not work"),
    "coupon removed": gettext_lazy("Removed a coupon"),
    "signed up": gettext_lazy("Signed up"),
    "signed in": gettext_lazy("Logged in"),
    "logged in": gettext_lazy("Logged in"),
    "signed out": gettext_lazy("Logged out"),
    "logged out": gettext_lazy("Logged out"),
    "page engaged": gettext_lazy("Looked at the page"),
    "link clicked": gettext_lazy("Followed a link"),
    "file downloaded": gettext_lazy("Downloaded a file"),
    "contact clicked": gettext_lazy("Chose a way to get in touch"),
    "form submitted": gettext_lazy("Sent a form"),
    "page shared": gettext_lazy("Shared a page"),
    "email opened": gettext_lazy("Opened an e-mail"),
    "email link clicked": gettext_lazy("Clicked a link in an e-mail"),
    "application installed": gettext_lazy("Installed the app"),
    "application opened": gettext_lazy("Opened the app"),
}


def told(kind: str, name: str, properties: Mapping[str, Any]) -> str:
    """The event in the reader's language with what it was about, each said once.

    `kind` is track, page, screen or identify; `name` as stored, which is the kind itself where the client gave none.
    """
    about = _about(properties)
    is_unnamed = name.casefold() == kind
    if kind in {"page", "screen"}:
        named = about if is_unnamed else name if about.casefold() in {"", name.casefold()} else f"{name} · {about}"
        if kind == "page":
            return _("Viewed the page “{name}”").format(name=named) if named else _("Viewed a page")
        return _("Viewed “{name}” in the app").format(name=named) if named else _("Opened a screen of the app")
    if kind == "identify" and is_unnamed:
        return _("Recognised by the website or app")
    shown = str(KNOWN.get(name.casefold(), name)) if kind == "track" else name
    return shown if about.casefold() in {"", name.casefold()} else f"{shown} · {about}"


def _about(properties: Mapping[str, Any]) -> str:
    about = properties.get("name") or properties.get("title") or properties.get("query") or ""
    return about.strip() if isinstance(about, str) else ""
