"""The queue (celery -A cdp worker, celery -A cdp beat)."""

import os

import structlog
from celery import Celery
from celery.signals import setup_logging, task_failure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")

app = Celery("cdp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_failure.connect
def log_failure(sender: object = None, exception: BaseException | None = None, **_: object) -> None:
    """A task's fault, without the text of the exception."""
    structlog.get_logger("celery").error("task failed", task=getattr(sender, "name", "?"), exc_info=exception)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Django has configured logging; Celery must not replace it."""
