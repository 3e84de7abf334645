"""The public form for reviews: what is sent stands in the queue of reviews that wait for an answer."""

from collections.abc import Mapping
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import ids
from cdp.web import taking
from cdp.web.forms.feedback import FeedbackForm
from cdp.web.views import public
from commerce.selectors import products
from surveys.services import reviews


def _facts(filled: FeedbackForm, told: taking.Told) -> Mapping[str, str]:
    """One review of whoever sent it. What no article is called stands above the words, as it was typed."""
    said = filled.said
    article = products.named(said["product"]) if said["product"] else None
    review = reviews.ReviewInput(
        external_id=str(ids.uuid7()),  # the form is taken once
        sku=article.sku if article else "",
        rating=Decimal(said["stars"]),
        at=told.now,
        told_at=told.now,
        customer=told.customer,
        title="" if article else said["product"],
        body=said["words"].strip(),
        resolved_by=told.resolved_by,
    )
    reviews.write_many(reviews=[review], source=told.source, now=told.now)
    return {}


DOOR = public.Door(FeedbackForm, "web/public/feedback.html", "web/public/feedback_done.html", _facts)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """`/feedback/`."""
    return public.answer(request, DOOR)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The thanks."""
    return public.thanks(request, DOOR)
