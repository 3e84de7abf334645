"""The codes of a batch as a file for the printer."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cdp.core import audit
from cdp.core.views.access import actor_of, requires
from loyalty.models import Promotion
from loyalty.selectors import promotions as reading


@requires("loyalty.edit")
@require_POST
def codes_file(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The codes of a batch, one a line, for the printer; who took the file is written down."""
    row = Promotion.objects.filter(key=key, kind=Promotion.Kind.BATCH).first()
    if row is None:
        raise Http404
    audit.record(
        audit.Action.PROMOTION_FILE,
        actor=actor_of(request),
        at=timezone.now(),
        subject=row.id,
        details={"promotion": row.key, "size": row.size},
    )
    answer = StreamingHttpResponse(
        (f"{one}\r\n" for one in ("code", *reading.codes(row))), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{row.key}.csv"'
    return answer
