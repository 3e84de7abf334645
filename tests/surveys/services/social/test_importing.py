"""Social acts from files: who did what, in whose words, and what each odd row comes to."""

import pytest
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.crypto import subjects
from consent.models import ConsentRecord
from customers.models import Customer, Identifier
from customers.selectors import lineage
from surveys.models import OwnAccount, SocialAct, SocialPost
from surveys.services.social import acts
from tests import factories
from tests.importing import Importer

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "platform,post,kind,handle,followers,text,at,campaign,comment id,reply to\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def words(act):
    keyring = subjects.load([act.customer_id])
    return tuple(
        keyring.open(getattr(act, name), table=acts.TABLE, column=name, row=act.id) for name in ("handle", "words")
    )


def test_whoever_acts_becomes_a_profile_and_each_odd_row_is_taken_or_told(imports):
    OwnAccount.objects.create(platform="instagram", handle="teashop")
    rtl, long = "شكرا جزيلا 🌿", "ชอบมาก " * 1420
    report = imports(
        "social",
        HEAD
        + f"Instagram,https://www.instagram.com/p/Abc/?igsh=1,comment,@Ada_K,12.3k,{rtl},2026-03-01T10:00:00+0000,Spring,c1,\n"
        + f'IG,https://www.instagram.com/p/Abc/,คอมเมนต์,ada_k,"1,2 หมื่น",{long},1772360000,,c2,\n'
        + "twitter,77,좋아요,Bob,1.2만,,2026-03-02,,,\n"
        + "tiktok,9,comment,anonymous,,🔥🔥🔥,2026-03-03,,c4,\n"
        + "instagram,https://www.instagram.com/p/Abc/,comment,teashop,,Thank you!,2026-03-04,,c5,c1\n"
        + "instagram,https://www.instagram.com/p/Abc/,comment,TeaShop,,Look here,2026-03-04,,c6,\n"
        + "orkut,1,comment,x1,,Hi,2026-03-04,,,\n"
        + "x,1,poke,x1,,Hi,2026-03-04,,,\n"
        + "x,1,comment,x1,many,Hi,2026-03-04,,,\n"
        + "x,1,comment,x1,3,Hi,yesterday-ish,,,\n"
        + f"x,1,comment,x1,3,{'a' * 10_001},2026-03-04,,,\n",
    )
    assert (report["created"], imports.problems()) == (
        4,
        [
            (7, "handle", "own_account"),
            (8, "platform", "unknown_platform"),
            (9, "kind", "unknown_act"),
            (10, "followers", "not_a_count"),
            (11, "at", "not_a_date"),
            (12, "text", "words_too_long"),
        ],
    )
    first = SocialAct.objects.get(external_id="c1")
    assert words(first) == ("ada_k", rtl)
    assert first.replied_at is not None
    second = SocialAct.objects.get(external_id="c2")
    assert words(second) == ("ada_k", long.strip())
    assert (second.customer_id, second.post_id, second.followers) == (first.customer_id, first.post_id, 12_000)
    post = SocialPost.objects.get(id=first.post_id)
    assert (post.url, post.campaign) == ("https://www.instagram.com/p/Abc", "Spring")
    nobody = SocialAct.objects.get(external_id="c4")
    assert (nobody.words, nobody.has_words) == (None, False)
    assert SocialAct.objects.filter(kind="like", platform="x").get().followers == 12_000
    assert Customer.objects.filter(status="known").count() == 2
    assert set(Identifier.objects.values_list("kind", flat=True)) == {"handle"}
    assert not ConsentRecord.objects.exists()


def test_an_email_told_later_makes_two_profiles_one(imports):
    known = factories.customer(email="ada@example.com", name="Ada Lee")
    before = imports("social", HEAD + "x,1,comment,ada,6000,Nice,2026-03-01,,c1,\n")
    again = imports("social", HEAD + "x,1,comment,Ada,6000,Nice,2026-03-01,,c1,\n")
    assert (before["created"], again["created"], again["updated"]) == (1, 0, 0)
    assert SocialAct.objects.get().customer_id != known.id
    joined = imports(
        "social", "platform,handle,text,email,name,comment id,at\nx,ADA,Better,ada@example.com,Ada Lee,c1,2026-03-01\n"
    )
    pipeline.drain_all(now=timezone.now())
    act = SocialAct.objects.get()
    assert (joined["updated"], words(act), act.customer_id) == (
        1,
        ("ada", "Better"),
        lineage.standing([known.id])[known.id],
    )
    assert set(Identifier.objects.filter(customer_id=act.customer_id).values_list("kind", flat=True)) == {
        "handle",
        "email",
    }
