import pytest
from django.utils import translation

from events.rules import titles


@pytest.mark.parametrize(
    ("kind", "name", "properties", "expected"),
    [
        ("track", "Product Viewed", {"name": "Tea 100 g"}, "Viewed a product · Tea 100 g"),
        ("track", "product viewed", {}, "Viewed a product"),
        ("track", "Products Searched", {"query": "tea"}, "Searched for products · tea"),
        ("track", "Order Completed", {"name": 7}, "Completed an order"),
        ("track", "Booked a table", {"name": "Terrace"}, "Booked a table · Terrace"),
        ("track", "Booked a table", {"name": "booked a table"}, "Booked a table"),
        ("track", "Page", {}, "Page"),
        ("page", "Home", {"title": "Home"}, "Viewed the page “Home”"),
        ("page", "Home", {"name": "home", "title": "Something else"}, "Viewed the page “Home”"),
        ("page", "Product", {"title": "Tea 100 g"}, "Viewed the page “Product · Tea 100 g”"),
        ("page", "Page", {}, "Viewed a page"),
        ("page", "Page", {"title": "Home"}, "Viewed the page “Home”"),
        ("page", "Product Viewed", {}, "Viewed the page “Product Viewed”"),
        ("screen", "Screen", {}, "Opened a screen of the app"),
        ("screen", "Cart", {}, "Viewed “Cart” in the app"),
        ("identify", "Identify", {}, "Recognised by the website or app"),
    ],
)
def test_an_event_is_told_in_words_and_once(kind, name, properties, expected):
    with translation.override("en"):
        assert titles.told(kind, name, properties) == expected


@pytest.mark.parametrize("language", ["th", "ko"])
def test_known_events_speak_the_readers_language_and_those_of_the_shop_stay(language):
    with translation.override(language):
        for name in titles.KNOWN:
            assert not titles.told("track", name, {}).isascii()
        assert not titles.told("identify", "Identify", {}).isascii()
        assert titles.told("track", "Booked a table", {}) == "Booked a table"
