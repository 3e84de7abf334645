"""The queue (celery -A cdp worker, celery -A cdp beat)."""

import os

import structlog
from celery import Celery
from celery.signals import beat_init, setup_logging, task_failure, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")

app = Celery("cdp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_failure.connect
def log_failure(sender: object = None, exception: BaseException | None = None, **_: object) -> None:
    """A task's fault, without the text of the exception."""
    structlog.get_logger("celery").error("task failed", task=getattr(sender, "name", "?"), exc_info=exception)


@worker_init.connect
@beat_init.connect
def demand_keys(**_: object) -> None:
    """Neither a worker nor the clock starts with keys that do not open what is there."""
    from cdp.core.keys import proofs  # noqa: PLC0415  its models need the applications, which are loaded by now

    try:
        proofs.demand()
    except proofs.WrongKeys as wrong:
        raise SystemExit(str(wrong)) from wrong


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Django has configured logging; Celery must not replace it."""
