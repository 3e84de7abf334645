"""Every address of the product. Names are `app:entity-verb`."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from cdp import api
from cdp.core.views import health
from cdp.web.views import errors
from cdp.web.views.docs import loosened

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("", include("cdp.web.urls")),
    path("customers/", include("customers.urls")),
    path("", include("customers.urls.business")),
    path("events/", include("events.urls")),
    path("", include("analytics.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("surveys/", include("surveys.urls")),
    path("voice/", include("surveys.voice_urls")),
    path("", include("consent.urls")),
    path("", include("commerce.urls")),
    path("loyalty/", include("loyalty.urls")),
    path("card/", include("loyalty.card_urls")),
    path("draws/", include("loyalty.draw_urls")),
    path("s/", include("surveys.asking_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api.router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", loosened(SpectacularSwaggerView.as_view(url_name="api-schema")), name="api-docs"),
    path("api/redoc/", loosened(SpectacularRedocView.as_view(url_name="api-schema")), name="api-redoc"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
