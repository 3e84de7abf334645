"""Pictures of polls: files of the shop's own, named by what is in them, so browsers may keep them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from surveys.models import Picture

KEPT_SECONDS = 365 * 24 * 3600


@require_safe
def picture(_request: HttpRequest, key: str) -> HttpResponse:
    """The picture; it can hold nothing that a browser would run."""
    row = Picture.objects.filter(key=key).first()
    if row is None:
        raise Http404
    response = HttpResponse(bytes(row.data), content_type=row.mime)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}, immutable"
    return response
