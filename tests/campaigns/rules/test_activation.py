"""What keeps a campaign from being switched on, and what is only a warning."""

from typing import Any

from campaigns.rules import activation, definition

LANGUAGES = ["en", "th", "ko"]


def made(*, audience: Any = ..., steps: int = 1, subject: Any = None, body: Any = None) -> definition.Definition:
    step = {
        "kind": "message",
        "channel": "email",
        "template": {"subject": subject or {"en": "Hi"}, "body": body or {"en": "Hello {{ customer.name }}"}},
    }
    return definition.parse(
        {
            "name": "x",
            "trigger": {"kind": "inactive", "days": 90},
            "audience": {"all": []} if audience is ... else audience,
            "steps": [step] * steps,
        }
    )


def test_a_good_campaign_is_not_refused() -> None:
    assert activation.refusals(made()) == []


def test_nobody_to_reach_is_refused() -> None:
    assert [problem.pointer for problem in activation.refusals(made(audience=None))] == ["/audience"]


def test_broken_texts_are_refused_where_they_stand() -> None:
    wanted = made(subject={"en": "{{ shop.nam }}", "th": "ok"}, body={"en": "{% if %}", "th": "{{ x }}"})
    assert [problem.pointer for problem in activation.refusals(wanted)] == [
        "/steps/0/template/subject/en",
        "/steps/0/template/body/en",
        "/steps/0/template/body/th",
    ]


def test_missing_languages_are_warnings() -> None:
    texts = dict.fromkeys(LANGUAGES, "x")
    assert activation.warnings(made(subject=texts, body=texts), languages=LANGUAGES) == []
    assert [p.pointer for p in activation.warnings(made(), languages=LANGUAGES)] == ["/steps/0/template"] * 2


def test_a_link_to_a_shop_without_an_address_is_a_warning() -> None:
    texts = dict.fromkeys(LANGUAGES, "x")
    linked = made(subject=texts, body=texts | {"en": "[Visit]({{ shop.url }})"})
    assert activation.warnings(linked, languages=LANGUAGES) == []
    [problem] = activation.warnings(linked, languages=LANGUAGES, has_shop_url=False)
    assert problem.pointer == "/steps/0/template"
    assert "Ask the owner to set the address of the shop." in problem.detail
    assert "CDP_" not in problem.detail
    assert activation.warnings(made(subject=texts, body=texts), languages=LANGUAGES, has_shop_url=False) == []


def test_html_and_several_messages_are_warnings() -> None:
    texts = dict.fromkeys(LANGUAGES, "<p>x</p>")
    found = activation.warnings(made(subject=texts, body=texts, steps=2), languages=LANGUAGES)
    assert {problem.pointer.rpartition("/")[0] for problem in found} == {
        "",
        "/steps/0/template/body",
        "/steps/1/template/body",
    }
