"""What the forms offer in a fresh installation. It is a start for the shop to make its own: what is there stays."""

from django.db import connection

from customers.models import FormChoice

LISTS: dict[str, dict[str, dict[str, str]]] = {
    FormChoice.List.INTEREST: {
        "skincare": {"en": "Skincare", "th": "ดูแลผิว", "ko": "스킨케어"},
        "home": {"en": "Home", "th": "ของใช้ในบ้าน", "ko": "리빙"},
        "fragrance": {"en": "Fragrance", "th": "น้ำหอม", "ko": "향수"},
        "gifts": {"en": "Gifts", "th": "ของขวัญ", "ko": "선물"},
        "wellness": {"en": "Wellness", "th": "สุขภาพ", "ko": "웰니스"},
    },
    FormChoice.List.HEARD: {
        "friend": {"en": "From a friend", "th": "เพื่อนแนะนำ", "ko": "지인 추천"},
        "walk-in": {"en": "I walked by", "th": "เดินผ่านหน้าร้าน", "ko": "매장 앞을 지나다가"},
        "line": {"en": "LINE", "th": "LINE", "ko": "LINE"},
        "facebook": {"en": "Facebook", "th": "Facebook", "ko": "페이스북"},
        "instagram": {"en": "Instagram", "th": "Instagram", "ko": "인스타그램"},
        "google": {"en": "Google", "th": "Google", "ko": "구글"},
        "other": {"en": "Somewhere else", "th": "จากที่อื่น", "ko": "기타"},
    },
}


def ensure() -> None:
    """Write a list that has nothing at all. Safe to repeat; does nothing where the table was migrated away."""
    if FormChoice._meta.db_table not in connection.introspection.table_names():
        return
    begun = set(FormChoice.objects.values_list("list", flat=True))
    FormChoice.objects.bulk_create(
        [
            FormChoice(list=name, key=key, name=words, position=position)
            for name, choices in LISTS.items()
            if name not in begun
            for position, (key, words) in enumerate(choices.items())
        ],
        ignore_conflicts=True,
    )
