"""P3: the preference centre on a phone, without a script, in three languages: choose, save, undo, stop everything."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import ConsentState, ContactWish
from consent.services import links
from customers.models import Customer
from tests import factories
from tests.browser.conftest import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
WORDS = {
    "en": ("What you hear from us", "Save", "Undo", "Stop everything", "At most once a week"),
    "th": ("สิ่งที่คุณจะได้รับจากเรา", "บันทึก", "เลิกทำ", "หยุดทั้งหมด", "ไม่เกินสัปดาห์ละครั้ง"),
    "ko": ("받으시는 소식", "저장", "실행 취소", "모두 중지", "일주일에 한 번까지"),
}


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_p03_the_whole_way_with_and_without_scripts(
    live_server: LiveServer, browser: Browser, language: str, scripts: bool
) -> None:
    now = timezone.now()
    mali = factories.customer(email="mali@example.com", phone="0812345678", language=language)
    factories.consent(mali, at=now - dt.timedelta(days=9))
    title, save, undo, stop, weekly = WORDS[language]
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(live_server.url + links.preferences_path(customer=mali.id, at=now))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    news = page.locator("input[value='marketing:email']")
    expect(news).to_be_checked()
    news.uncheck()
    page.locator("input[value='marketing:sms']").check()
    page.get_by_label(weekly).check()
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(news).not_to_be_checked()
    assert dict(ConsentState.objects.values_list("channel", "is_granted")) == {"email": False, "sms": True}
    assert ContactWish.objects.get().frequency == "weekly"

    page.get_by_role("button", name=undo).click()
    expect(news).to_be_checked()
    assert not ContactWish.objects.exists()

    page.get_by_role("button", name=stop).click()
    expect(page.locator("input[name=on]:checked")).to_have_count(0)
    assert not ConsentState.objects.filter(is_granted=True).exists()

    other = "ko" if language != "ko" else "th"
    page.locator(f"input[name=language][value={other}]").check()
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert Customer.objects.get(id=mali.id).language == other
    context.close()
