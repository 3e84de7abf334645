"""Registers the kernel and loads what each room declares to it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The kernel. On start it loads every room's declarations (lifecycle, timeline, metrics, imports, checks)."""

    name = "cdp.core"
    label = "core"
    verbose_name = _("Data sources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the declarations and hook the reference rows to the end of a migration."""
        autodiscover_modules("lifecycle", "readable", "declarations")
        from cdp.core import checks, instants, reference  # noqa: F401  (models must be loaded first)

        instants.register()
        post_migrate.connect(reference.ensure, dispatch_uid="cdp.core.reference")
