import pytest

from customers.rules import tongues


@pytest.mark.parametrize(
    ("language", "country", "phone_country", "shop", "written"),
    [
        ("ko", "TH", "TH", "TH", "ko"),  # their own
        ("th-TH", "", "", "KR", "th"),
        ("de", "TH", "", "TH", "en"),  # told one we do not write
        ("", "KR", "TH", "TH", "ko"),  # none told: the country whose law holds
        ("", "", "KR", "TH", "ko"),
        ("", "TH", "", "DE", "th"),
        ("", "DE", "", "TH", "en"),  # a country of none of our languages
        ("", "", "", "TH", "th"),  # nothing known: the shop's
        ("", "", "", "KR", "ko"),
        ("", "", "", "", "en"),
    ],
)
def test_the_language_of_a_letter(language, country, phone_country, shop, written):
    assert tongues.of(language, country=country, phone_country=phone_country, shop_country=shop) == written
