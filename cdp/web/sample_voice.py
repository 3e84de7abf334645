"""What people write of the sample shop: comments under its posts, the names it listens for, and a theme it works on."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from cdp.core.actors import SYSTEM
from cdp.core.models import Source, User
from cdp.core.models.sources import SAMPLE
from customers.models import Customer, Status
from customers.rules.people import Person
from surveys.models import Brand, Theme
from surveys.rules.social.reading import Act
from surveys.services.social import taking
from surveys.services.social.taking import How, Said
from surveys.services.understanding import deciding, theming

BRANDS: Final = (
    ("Mali Skin", Brand.Whose.OURS, ("มะลิสกิน", "말리스킨")),
    ("Petal & Pine", Brand.Whose.COMPETITOR, ("เพทัลแอนด์ไพน์", "페탈앤파인", "Petal and Pine")),
    ("Dew House", Brand.Whose.COMPETITOR, ("ดิวเฮาส์", "듀하우스")),
)
# Platform, kind, post, words.
SAID: Final = (
    ("instagram", "comment", "glow", "หอมมาก ใช้แล้วผิวนุ่ม ชอบสุดๆ"),
    ("instagram", "comment", "glow", "สีสวยกว่าในรูปอีก ไว้สั่งอีกค่ะ"),
    ("instagram", "comment", "glow", "택배가 너무 늦게 왔어요. 듀하우스는 이틀이면 와요"),
    ("instagram", "comment", "glow", "Love this one, my skin feels so soft!"),
    ("instagram", "comment", "glow", "Is it fine for sensitive skin?"),
    ("facebook", "comment", "spring", "ส่งช้ามาก รอมาสองอาทิตย์แล้วยังไม่ได้ของ"),
    ("facebook", "comment", "spring", "ของมาช้าและกล่องบุบ"),
    ("facebook", "comment", "spring", "Delivery was late again, two weeks this time."),
    ("facebook", "comment", "spring", "ราคาเท่าไหร่คะ"),
    ("facebook", "comment", "spring", "Petal & Pine is cheaper and ships faster."),
    ("tiktok", "comment", "routine", "배송이 너무 늦었어요"),
    ("tiktok", "comment", "routine", "향이 정말 좋아요. 재구매할게요"),
    ("tiktok", "comment", "routine", "เพทัลแอนด์ไพน์ถูกกว่า แต่ตัวนี้หอมกว่า"),
    ("tiktok", "mention", "", "มะลิสกินตัวนี้ดีจริง ใช้มาสามเดือน"),
    ("tiktok", "mention", "", "말리스킨 세럼 최고예요, 피부가 촉촉해졌어요"),
    ("instagram", "mention", "", "Mali Skin opened at the mall, the staff were so kind."),
)
CAMPAIGNS: Final = {"glow": "glow", "spring": "spring-sale", "routine": ""}
ACCOUNTS: Final = (
    "mali.daily",
    "dusit_k",
    "beam.reads",
    "haru__v",
    "nok.and.co",
    "the.ploy",
    "min_on_air",
    "june.writes",
)
FOLLOWERS: Final = (180, 12_400, 960, 5_300, 74, 38_000, 2_150, 610)


def say(now: dt.datetime) -> None:
    """Write the comments and the names; nothing twice."""
    for name, whose, spellings in BRANDS:
        if not Brand.objects.filter(name=name).exists():
            deciding.keep_brand(brand=None, name=name, whose=whose, spellings=spellings, actor=SYSTEM, at=now)
    people = list(
        Customer.objects.filter(status=Status.KNOWN).order_by("-id").values_list("id", flat=True)[: 2 * len(SAID)]
    )
    said = [_said(number, customer, now) for number, customer in enumerate(people)]
    with transaction.atomic():
        taking.take(said, How(source=Source.objects.get(key=SAMPLE), now=now, by=SAMPLE))


def _said(number: int, customer: uuid.UUID, now: dt.datetime) -> Said:
    platform, kind, post, words = SAID[number % len(SAID)]
    account = number % len(ACCOUNTS)
    at = now - dt.timedelta(hours=5 + 31 * number)
    act = Act(
        platform=platform,
        kind=kind,
        number=f"sample-{number}",
        at=at,
        handle=f"{ACCOUNTS[account]}{number}",
        post=post,
        campaign=CAMPAIGNS.get(post, ""),
        words=words,
        followers=FOLLOWERS[account] + 7 * number,
    )
    return Said(act, Person(), told_at=at, customer=customer, is_vouched=False)


def decide(now: dt.datetime) -> None:
    """Find the themes of what was read, and give the one that is complained of most to somebody."""
    theming.find(now)
    owner = User.objects.filter(is_active=True).order_by("created_at").first()
    theme = Theme.objects.filter(owner_id=None, is_hidden=False).order_by("found_at", "id").first()
    if owner is None or theme is None:
        return
    deciding.decide(
        theme=theme.id,
        actor=SYSTEM,
        at=now,
        name="",
        owner=owner.id,
        task="Ask the courier why parcels of the south take two weeks",
        is_solved=False,
        is_hidden=False,
    )
