"""The fixtures of the import pages."""

import pytest

from cdp.core.models import Job
from tests import factories
from tests.web.views.importing import upload


@pytest.fixture
def steward(db, client, settings, tmp_path):
    settings.CDP_VAR = tmp_path
    client.force_login(factories.staff("steward"))
    return client


@pytest.fixture
def draft(steward) -> Job:
    assert upload(steward).status_code == 302
    return Job.objects.get()
