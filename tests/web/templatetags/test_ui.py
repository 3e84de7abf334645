import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django import forms, template
from django.forms import renderers
from django.test import RequestFactory, html
from django.utils import translation

from cdp.web import markup

ROOT = Path(__file__).parents[3]
NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def render(source: str, **context: Any) -> str:
    with translation.override("en"):
        return template.Template("{% load ui %}" + source).render(template.Context(context))


def test_a_button_takes_htmx_and_data_attributes() -> None:
    html = render(
        '{% button "Save" kind="primary" hx_post="/x/" data_confirm=text disabled=off %}', text='a "b"', off=False
    )
    assert (
        html
        == '<button class="btn btn-primary" type="submit" hx-post="/x/" data-confirm="a &quot;b&quot;"><span>Save</span></button>'
    )


def test_a_button_with_an_address_is_a_link() -> None:
    assert (
        render('{% button "All" href="/x/" rel="next" %}')
        == '<a class="btn" href="/x/" rel="next"><span>All</span></a>'
    )


def test_an_icon_button_keeps_its_words_for_screen_readers() -> None:
    html = render('{% button "Edit" icon="edit" icon_only=True %}')
    assert 'title="Edit"' in html
    assert '<span class="visually-hidden">Edit</span>' in html


def test_names_of_people_are_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    html = render(
        "{% avatar evil %}{% badge evil %}{% copy evil %}{% status evil %}{% button evil %}{% kpi evil evil note=evil %}"
        "{% facts pairs %}{% empty_state 'users' evil evil %}{% timeline entries %}{% card title=evil %}{{ evil }}{% endcard %}",
        evil=evil,
        pairs=[(evil, evil)],
        entries=[{"at": NOW, "kind": evil, "title": evil, "text": evil, "source": evil}],
    )
    assert "<script" not in html


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(template.TemplateSyntaxError):
        render('{% icon "no-such-icon" %}')


def test_a_relative_time_carries_the_exact_one() -> None:
    html = render("{% when at now %}", at=NOW - dt.timedelta(hours=3), now=NOW)
    assert 'datetime="2026-11-21T09:00:00+00:00"' in html
    assert 'title="21 Nov 2026, 16:00:00 (Thailand Time)"' in html
    assert ">3 hours ago<" in html


def test_less_may_be_better() -> None:
    assert "tone-danger" in render('{% kpi "Unsubscribed" "1%" delta=0.2 good="down" %}')
    assert "tone-success" in render('{% kpi "Unsubscribed" "1%" delta=fall good="down" %}', fall=-0.2)


def test_a_column_head_sorts_up_then_down_and_forgets_the_cursor() -> None:
    request = RequestFactory().get("/", {"q": "a", "cursor": "zz", "sort": "name"})
    html = render('{% sort_header "Name" "name" current="name" %}', request=request)
    assert 'aria-sort="ascending"' in html
    assert 'href="?q=a&amp;sort=-name"' in html


def test_entries_are_grouped_by_the_day_of_the_shop() -> None:
    late = dt.datetime(2026, 11, 20, 18, 0, tzinfo=dt.UTC)  # 21 November 01:00 in Bangkok
    html = render(
        "{% timeline entries %}",
        entries=[{"at": NOW, "kind": "order", "title": "a"}, {"at": late, "kind": "x", "title": "b"}],
    )
    assert html.count("timeline-day") == 1


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As you write it.")
    email = forms.EmailField(required=False)
    likes = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False)
    yes = forms.BooleanField(required=False)


def test_a_form_comes_out_with_labels_help_and_errors_tied_to_the_fields() -> None:
    html = render("{{ form }}", form=SampleForm({"name": "", "email": "x"}))
    assert '<label class="field-label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert html.count('aria-invalid="true"') == 2
    assert '<fieldset class="field"' in html
    assert '<label class="check" for="id_yes">' in html


def test_only_fields_that_may_stay_empty_say_so() -> None:
    html = render(
        "{% field form.name %}|{% field form.email %}|{% field form.email optional=False %}", form=SampleForm()
    )
    assert ["optional" in part for part in html.split("|")] == [False, True, False]


def test_every_icon_named_in_a_template_exists() -> None:
    names = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r'{% icon "([^"]+)"', text)) | set(
            re.findall(r'\b(?:action_)?icon(?:_end)?="([^"]+)"', text)
        )
    assert names - markup.icon_names() == set()


def test_no_template_carries_inline_styles_scripts_or_handlers() -> None:
    found = []
    for path in (ROOT / "templates").rglob("*.html"):
        if {"email", "notices"} & {*path.parts}:
            continue  # mail programs know no style sheets
        text = path.read_text(encoding="utf-8")
        if re.search(r"\sstyle=|<style|\son(?!e=)[a-z]+=|<script(?![^>]*\bsrc=)|hx-on", text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


class Choice(forms.Select):
    option_template_name = "components/skeleton.html"


def test_a_select_reads_as_django_writes_it() -> None:
    class Form(forms.Form):
        place = forms.ChoiceField(
            choices=[("", "Any"), ('"', "<b>"), ("Asia", [(1, "Thai & Lao"), ("KR", "Korea")])],
            initial=1,
            widget=forms.Select(attrs={"class": "wide", "disabled": True, "hidden": False}),
        )

    plain = Form(renderer=renderers.DjangoTemplates())
    assert html.parse_html(str(Form()["place"])) == html.parse_html(str(plain["place"]))


def test_a_select_with_options_of_its_own_keeps_them() -> None:
    class Form(forms.Form):
        place = forms.ChoiceField(choices=[("a", "A")], widget=Choice())

    assert "skeleton" in str(Form()["place"])
