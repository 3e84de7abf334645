"""The door for stores and platforms: `POST /hooks/{store}/{source}`. It checks, keeps and answers; the work is done
afterwards. By GET platforms try the address before they send anything.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import unread
from commerce.hooks.registry import STORES
from commerce.services.hooks import deliveries


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, store: str, source: str) -> HttpResponse:
    """200 once the delivery is durable; 401, 400 and 413 write nothing."""
    if store not in STORES:
        raise Http404
    if request.method != "POST":
        return _trial(request, store, source)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > deliveries.MOST_BYTES:
        unread.throw_away(request)
        return _refusal(413, "too_large", "The body is larger than 4 MB.")
    body = request.read(deliveries.MOST_BYTES + 1)
    if len(body) > deliveries.MOST_BYTES:
        unread.throw_away(request)
        return _refusal(413, "too_large", "The body is larger than 4 MB.")
    try:
        deliveries.accept(
            store=STORES[store], source_key=source, headers=request.headers, body=body, now=timezone.now()
        )
    except deliveries.UnableToAccept as problem:
        return _refusal(problem.status, problem.code, problem.detail)
    return JsonResponse({"success": True})


def _trial(request: HttpRequest, store: str, source: str) -> HttpResponse:
    if STORES[store].tries is None:
        return HttpResponseNotAllowed(["POST"])
    try:
        told = deliveries.reply(store=STORES[store], source_key=source, query=request.GET.dict(), now=timezone.now())
    except deliveries.UnableToAccept as problem:
        return _refusal(problem.status, problem.code, problem.detail)
    return HttpResponse(told.body, content_type=f"{told.media_type}; charset=utf-8")


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
