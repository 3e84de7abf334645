"""Laws are cited in the words of whoever reads."""

import pytest
from django.utils import translation

from consent.selectors import laws, packs
from tests import factories

CITATIONS = [one for pack in packs.every().values() for one in pack.citations]


@pytest.mark.parametrize("language", ["th", "ko"])
def test_every_law_and_article_has_its_name_and_what_pages_quote_is_said(language):
    known = laws.in_language(language)
    assert {one.law for one in CITATIONS} == set(known.laws)
    assert {one.key for one in CITATIONS if one.article} == set(known.articles)
    quoted = {keeping.citation for pack in packs.every().values() for keeping in pack.retention}
    quoted |= {term.citation for pack in packs.every().values() for term in pack.requests.values()}
    quoted |= {term.extend_citation for pack in packs.every().values() for term in pack.requests.values()} - {""}
    quoted |= {pack.counting for pack in packs.every().values()}
    assert quoted <= set(known.says)


def test_a_citation_is_read_in_each_language():
    citation = next(one for one in CITATIONS if one.key == "pipa-22-2")
    with translation.override("ko"):
        assert laws.cited(citation).short == "개인정보 보호법 제22조의2; 시행령 제17조의2"
        assert laws.words("pdpa_th:objection").startswith("태국 개인정보 보호법(PDPA) 제")
    with translation.override("th"):
        assert laws.name(packs.every()["pdpa_th"]) == "พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562"
    with translation.override("en"):
        assert laws.cited(citation).short == "PIPA 22-2; Decree 17-2"


@pytest.mark.django_db
def test_the_page_of_a_rule_quotes_the_law_in_the_language_of_staff(client):
    client.force_login(factories.staff("privacy"))
    shown = client.get("/consent/retention/kinds/commerce.orders/", headers={"Accept-Language": "ko"}).content.decode()
    assert 'lang="ko">' in shown
    assert "EU 회원국 상법" in shown
