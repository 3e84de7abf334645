"""The REST resources under /api/v1/, gathered from the rooms."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
