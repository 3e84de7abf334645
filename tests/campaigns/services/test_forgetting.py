import pytest
from django.utils import timezone

from campaigns.models import Message
from cdp.core import actors, ids
from customers.services import erasing
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def message(who, state):
    return Message.objects.create(
        customer_id=who.id,
        campaign_id=ids.uuid7(),
        version=1,
        step=0,
        occurrence="first",
        channel="email",
        purpose="marketing",
        state=state,
        address=b"d" * 32,
        due_at=NOW,
        planned_at=NOW,
    )


def test_files_of_a_forgotten_persons_messages_go_and_results_stay(
    settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.EMAIL_URL = f"file:{tmp_path}"
    ann, bea = (factories.customer(email=f"{name}@example.com") for name in ("ann", "bea"))
    mine, other = message(ann, Message.State.SENT), message(bea, Message.State.SENT)
    waiting = message(ann, Message.State.PLANNED)
    for one in (mine, other):
        (tmp_path / f"{one.id}.eml").write_text("Dear you")
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=NOW)
    assert [file.stem for file in tmp_path.iterdir()] == [str(other.id)]
    assert list(Message.objects.filter(customer_id=ann.id).order_by("id").values_list("id", "address")) == [
        (mine.id, None),
        (waiting.id, None),
    ]
