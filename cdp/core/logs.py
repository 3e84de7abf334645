"""Structured logs: JSON lines in production, readable lines on a terminal. Never personal data, never query strings."""

import logging
import logging.config
import sys
import traceback
from typing import Any

import psycopg
import structlog

DEEPEST_CAUSE = 6
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def _exception(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception as types and places, of a database also state and constraint; never its text (it quotes values)."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else sys.exc_info()[1]
    if not info or error is None:
        return event
    parts: list[str] = []
    while error is not None and len(parts) < DEEPEST_CAUSE:
        name = type(error).__qualname__
        if isinstance(error, psycopg.Error):
            name += f" sqlstate={error.sqlstate} constraint={error.diag.constraint_name} table={error.diag.table_name}"
        parts.append(name + "\n" + "".join(traceback.format_tb(error.__traceback__)))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    event["exception"] = "caused by ".join(parts)
    return event


def configure(options: dict[str, Any]) -> None:
    """Called by Django with settings.LOGGING: {"level": …, "debug": …}."""
    readable = sys.stderr.isatty() or options["debug"]
    renderer: Any = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        _exception,
                        renderer,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                # Django's own request log prints paths, which may hold tokens.
                "django.request": {"level": "CRITICAL"},
                "django.server": {"level": "CRITICAL"},
                "celery.worker.strategy": {"level": "WARNING"},
                # Its failures print the exception, which may quote values; cdp.celery logs them instead.
                "celery.app.trace": {"level": "CRITICAL"},
                "celery.beat": {"level": "WARNING"},
                "_granian": {"level": "WARNING"},
            },
        }
    )
