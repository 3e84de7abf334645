"""Alive, ready, figures."""

import pytest
from django.db import OperationalError, connection

from cdp.core import pipeline
from cdp.core.views import health
from tests import factories


def test_a_process_that_answers_is_alive_without_a_database(client, monkeypatch):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_with_a_database(db, client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True, "database": True, "queue": True})


def test_it_is_not_ready_without_one(db, client, monkeypatch):
    def broken(*_, **__):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, False)


def test_losing_the_queue_does_not_make_it_unready(db, client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["queue"]) == (200, False)


def test_under_the_supervisor_it_is_ready_only_once_that_said_so(db, client, settings, tmp_path):
    settings.CDP_SUPERVISED, settings.CDP_VAR = True, tmp_path
    assert client.get("/readyz").status_code == 503
    (tmp_path / "ready").touch()
    assert client.get("/readyz").status_code == 200


def test_figures_count_what_waits(db, client):
    pipeline.mark([factories.customer().id], cause="test")
    text = client.get("/metrics").content.decode()
    assert "cdp_pipeline_marks 2.0" in text
    for name, _label, _sql in health.Figures.QUERIES:
        assert f"\n{name} " in text


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({"REMOTE_ADDR": "10.1.2.3"}, 403),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer tokén"}, 403),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
    ],
)
def test_figures_are_for_loopback_and_for_the_token(db, client, settings, extra, status):
    settings.CDP_METRICS_TOKEN = "right"
    assert client.get("/metrics", **extra).status_code == status


def test_without_a_token_no_empty_one_opens_the_figures(db, client, settings):
    settings.CDP_METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3", HTTP_AUTHORIZATION="Bearer ").status_code == 403
