"""Making, changing, switching on and off."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Campaign, CampaignVersion
from campaigns.rules.definition import InvalidDefinition
from campaigns.selectors import definitions
from campaigns.services import drafts
from cdp.core import actors
from cdp.core.models import AuditEntry
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def create(raw: Any) -> Campaign:
    return drafts.create(raw=raw, actor=actors.SYSTEM, at=NOW)


def update(campaign: Campaign, **raw: Any) -> Campaign:
    return drafts.update(campaign=campaign.id, raw=raw, actor=actors.SYSTEM, at=NOW)


def activate(campaign: Campaign) -> tuple[Campaign, Any]:
    return drafts.activate(campaign=campaign.id, actor=actors.SYSTEM, at=NOW)


def places(error: pytest.ExceptionInfo[InvalidDefinition]) -> list[str]:
    return [problem.pointer for problem in error.value.problems]


def test_a_new_campaign_is_a_draft(make_definition: Make) -> None:
    campaign = create(make_definition())
    assert (campaign.status, campaign.current_version, campaign.activated_at) == ("draft", 1, None)
    assert definitions.current(campaign).trigger.kind == "inactive"
    assert AuditEntry.objects.get().action == "campaigns:campaign:saved"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"audience": {"field": "colour", "op": "=", "value": "red"}}, "/audience/field"),
        ({"audience": {"all": [{"segment": "nowhere"}]}}, "/audience/all/0/segment"),
        ({"purpose": "world_peace"}, "/purpose"),
        ({"purpose": "profiling"}, "/steps/0/channel"),
    ],
)
def test_what_other_rooms_do_not_know_is_refused(make_definition: Make, changes: Any, place: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        create(make_definition(**changes))
    assert places(caught) == [place]
    assert not Campaign.objects.exists()


def test_faults_of_form_and_audience_are_told_together(make_definition: Make) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        create(make_definition(name="", audience={"all": [{"field": "colour", "op": "=", "value": 1}]}))
    assert places(caught) == ["/name", "/audience/all/0/field"]


@pytest.mark.parametrize("subject", ["[광고] 신상품", "(광/고) 신상품", "신상품 (광고)"])
def test_another_spelling_of_the_korean_label_is_refused_with_a_sentence(make_definition: Make, subject: str) -> None:
    raw = make_definition()
    raw["steps"][0]["template"]["subject"]["ko"] = subject
    raw["steps"][0]["template"]["body"]["ko"] = "안녕하세요"
    with pytest.raises(InvalidDefinition) as caught:
        create(raw)
    assert places(caught) == ["/steps/0/template/subject/ko"]
    assert "(광고)" in caught.value.problems[0].detail
    raw["steps"][0]["template"]["subject"]["ko"] = "(광고) 신상품"
    assert create(raw).status == "draft"


def test_a_draft_may_hold_a_broken_template_until_it_is_switched_on(make_definition: Make) -> None:
    campaign = create(make_definition(body={"en": "{{ customer.nmae }}"}))
    with pytest.raises(InvalidDefinition) as caught:
        activate(campaign)
    assert places(caught) == ["/steps/0/template/body/en"]
    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_without_an_audience_it_stays_a_draft(make_definition: Make) -> None:
    campaign = create(make_definition(audience=None))
    with pytest.raises(InvalidDefinition) as caught:
        activate(campaign)
    assert places(caught) == ["/audience"]


def test_switching_on_tells_the_warnings(make_definition: Make) -> None:
    campaign, warnings = activate(create(make_definition()))
    assert (campaign.status, campaign.activated_at) == ("active", NOW)
    assert len(warnings) == 2  # no Thai, no Korean
    activate(campaign)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "campaigns:campaign:saved",
        "campaigns:campaign:activated",
    ]


def test_a_draft_is_rewritten_in_place(make_definition: Make) -> None:
    campaign = update(create(make_definition()), trigger={"kind": "inactive", "days": 30})
    assert campaign.current_version == 1
    assert CampaignVersion.objects.count() == 1
    assert definitions.current(campaign).trigger.days == 30


def test_changing_an_active_campaign_makes_a_version(make_campaign: Make) -> None:
    campaign = update(make_campaign(), trigger={"kind": "inactive", "days": 30})
    assert (campaign.status, campaign.current_version) == ("active", 2)
    assert definitions.of_version(campaign, 1).trigger.days == 90
    assert definitions.of_version(campaign, 2).trigger.days == 30


def test_the_same_again_changes_nothing(make_campaign: Make, make_definition: Make) -> None:
    campaign = make_campaign()
    entries = AuditEntry.objects.count()
    assert update(campaign, **make_definition()).current_version == 1
    assert AuditEntry.objects.count() == entries


def test_a_new_name_is_no_new_version(make_campaign: Make) -> None:
    campaign = update(make_campaign(), name="Come back")
    assert (campaign.name, campaign.current_version) == ("Come back", 1)


def test_an_active_campaign_cannot_be_broken(make_campaign: Make, make_definition: Make) -> None:
    campaign = make_campaign()
    with pytest.raises(InvalidDefinition) as caught:
        update(campaign, steps=make_definition(subject={"en": "{{ nobody }}"})["steps"])
    assert places(caught) == ["/steps/0/template/subject/en"]
    assert definitions.get_campaign(campaign.id).current_version == 1


def test_only_drafts_can_be_deleted(make_campaign: Make, make_definition: Make) -> None:
    draft, active = create(make_definition()), make_campaign()
    drafts.delete(campaign=draft.id, actor=actors.SYSTEM, at=NOW)
    with pytest.raises(drafts.UnableToDelete):
        drafts.delete(campaign=active.id, actor=actors.SYSTEM, at=NOW)
    assert list(Campaign.objects.values_list("id", flat=True)) == [active.id]


def test_only_active_campaigns_can_be_paused(make_campaign: Make, make_definition: Make) -> None:
    campaign = make_campaign()
    for _ in range(2):
        assert drafts.pause(campaign=campaign.id, actor=actors.SYSTEM, at=NOW).status == "paused"
    with pytest.raises(drafts.UnableToPause):
        drafts.pause(campaign=create(make_definition()).id, actor=actors.SYSTEM, at=NOW)


def test_unknown_campaigns_are_unknown() -> None:
    with pytest.raises(definitions.UnknownCampaign):
        drafts.activate(campaign=uuid.uuid4(), actor=actors.SYSTEM, at=NOW)
