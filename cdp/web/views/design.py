"""The gallery of components: what a page may be built of, in every state. It is also the visual test.

The texts here are sample data, not words of the product, so they stay in the languages they are written in.
"""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
THIS_YEAR = [412_300, 398_120, 455_900, 471_050, 502_800, 498_400, 530_900, 541_250, 528_700, 566_100, 601_400, 642_900]
LAST_YEAR = [380_100, 371_900, 402_300, 420_500, 431_000, 436_800, 452_100, 463_900, 470_200, 481_500, 498_800, 540_300]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As the person writes it.")
    email = forms.EmailField(label="E-mail", required=False)
    language = forms.ChoiceField(
        label="Language", choices=[("th", "ไทย"), ("ko", "한국어"), ("en", "English")], required=False
    )
    interests = forms.MultipleChoiceField(
        label="Interests",
        choices=[("tea", "Tea"), ("cups", "Cups"), ("bowls", "Bowls")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    channel = forms.ChoiceField(
        label="Preferred channel",
        choices=[("email", "E-mail"), ("line", "LINE"), ("sms", "SMS")],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    consent = forms.BooleanField(label="May receive the newsletter by e-mail", required=False)
    active = forms.BooleanField(
        label="Send the weekly report",
        help_text="Every Monday at 08:00.",
        widget=forms.CheckboxInput(attrs={"data-switch": True}),
        required=False,
        initial=True,
    )


def _people(now: dt.datetime) -> list[dict[str, Any]]:
    names = [
        ("สมหญิง ใจดี", "th", "Bangkok", 12, "48210.00", 2, "granted"),
        ("김민수", "ko", "Seoul", 7, "31250.50", 26, "granted"),
        ("Ingrid Solberg", "en", "Oslo", 3, "9120.00", 300, "pending"),
        ("ธนกร ศรีสุวรรณ", "th", "Chiang Mai", 1, "640.00", 2_000, "denied"),
        ("이서연", "ko", "Busan", 0, "0.00", 9_000, "none"),
    ]
    return [
        {
            "id": str(index),
            "name": name,
            "lang": lang,
            "city": city,
            "orders": orders,
            "revenue": revenue,
            "last_at": now - dt.timedelta(hours=hours),
            "consent": consent,
        }
        for index, (name, lang, city, orders, revenue, hours, consent) in enumerate(names)
    ]


def _timeline(now: dt.datetime) -> list[dict[str, Any]]:
    hour = dt.timedelta(hours=1)
    return [
        {
            "at": now - hour,
            "kind": "order",
            "title": "Order 10482 over ฿1,290",
            "text": "2 celadon cups",
            "source": "Shopify",
            "url": "#order",
        },
        {
            "at": now - 3 * hour,
            "kind": "message",
            "title": "Win back was sent by e-mail",
            "text": "Opened 10 minutes later",
            "source": "Campaign",
        },
        {
            "at": now - 27 * hour,
            "kind": "call",
            "title": "Call about a delivery",
            "text": "Wants the parcel after 18:00.",
            "actor": "Ploy",
        },
        {
            "at": now - 28 * hour,
            "kind": "consent",
            "title": "Allowed the newsletter by e-mail",
            "source": "Sign-up form",
        },
        {
            "at": now - 80 * hour,
            "kind": "complaint",
            "title": "One cup arrived broken",
            "text": "Refunded ฿320 the same day",
            "actor": "Min-jun",
        },
    ]


def _charts() -> dict[str, Any]:
    revenue = {
        "type": "line",
        "x": MONTHS,
        "x_label": "Month",
        "unit": "money",
        "currency": "THB",
        "series": [
            {"name": "This year", "data": THIS_YEAR},
            {"name": "Last year", "data": LAST_YEAR, "compare": True},
        ],
    }
    ahead: list[int | None] = [None] * 8
    forecast = {
        "type": "line",
        "x": MONTHS,
        "x_label": "Month",
        "series": [
            {"name": "Sold", "data": [320, 310, 340, 365, 380, 372, 401, 420, 415, None, None, None]},
            {
                "name": "Forecast",
                "data": [*ahead, 415, 431, 452, 498],
                "low": [*ahead, 415, 402, 410, 430],
                "high": [*ahead, 415, 460, 494, 566],
            },
        ],
    }
    channels = {
        "type": "stacked",
        "x": MONTHS[:6],
        "series": [
            {"name": "Web", "data": [120, 132, 101, 134, 150, 162]},
            {"name": "LINE", "data": [60, 72, 71, 74, 90, 98]},
            {"name": "Shop", "data": [90, 85, 94, 88, 92, 95]},
        ],
    }
    products = {
        "type": "hbar",
        "x": ["Celadon cup", "Tea bowl", "Incense set", "Gift box", "Postcard"],
        "links": ["#a", "#b", "#c", "#d", "#e"],
        "unit": "money",
        "currency": "THB",
        "series": [{"name": "Revenue", "data": [182_000, 141_300, 96_400, 61_200, 12_800]}],
    }
    retention = {
        "type": "heatmap",
        "x": ["0", "1", "2", "3", "4", "5"],
        "y": MONTHS[:6],
        "unit": "percent",
        "series": [
            {
                "name": "Came back",
                "data": [
                    [1, 0.42, 0.31, 0.27, 0.24, 0.22],
                    [1, 0.39, 0.30, 0.25, 0.23, None],
                    [1, 0.44, 0.33, 0.29, None, None],
                    [1, 0.47, 0.36, None, None, None],
                    [1, 0.45, None, None, None, None],
                    [1, None, None, None, None, None],
                ],
            }
        ],
    }
    checkout = {
        "type": "funnel",
        "x": ["Viewed a product", "Added to cart", "Began checkout", "Paid"],
        "series": [{"name": "People", "data": [8_420, 2_310, 1_190, 874]}],
    }
    return {
        "revenue": revenue,
        "forecast": forecast,
        "channels": channels,
        "products": products,
        "retention": retention,
        "checkout": checkout,
    }


@require_safe
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """`/design/`: every component in every state."""
    now = timezone.now()
    wrong = SampleForm({"name": "", "email": "not an address", "channel": "fax", "consent": "on"})
    wrong.is_valid()
    wrong.add_error(None, "Please look at the marked fields.")
    jobs = [
        SimpleNamespace(title="orders-2026.csv", state="running", done=41_200, total=120_000, seconds_left=38),
        SimpleNamespace(
            title="customers.xlsx", state="done", done=2_000, total=2_000, finished_at=now - dt.timedelta(minutes=4)
        ),
        SimpleNamespace(title="consents.csv", state="failed", done=0, total=0, error="Column “email” is missing."),
    ]
    cells = [
        [("granted", 90), ("granted", 90), ("none", 0)],
        [("pending", 1), ("denied", 40), ("none", 0)],
        [("granted", 300), ("granted", 300), ("granted", 12)],
    ]
    purposes = ["Marketing", "Profiling", "Service"]
    consent = [
        {
            "purpose": purpose,
            "cells": [{"status": state, "at": now - dt.timedelta(days=days) if days else None} for state, days in row],
        }
        for purpose, row in zip(purposes, cells, strict=True)
    ]
    return render(
        request,
        "web/design.html",
        {
            "now": now,
            "form": SampleForm(),
            "wrong": wrong,
            "people": _people(now),
            "timeline_entries": _timeline(now),
            "charts": _charts(),
            "jobs": jobs,
            "consent_rows": consent,
            "channels": ["E-mail", "SMS", "LINE"],
            "trend": [4, 6, 5, 8, 9, 8, 12, 13, 12, 15],
            "falling": [15, 14, 15, 12, 11, 9, 10, 8],
            "tones": ["neutral", "accent", "success", "warning", "danger", "info"],
            "states": ["draft", "waiting", "running", "active", "paused", "done", "failed", "sent", "suppressed"],
            "view_tabs": [
                {"url": "#all", "label": "All", "active": True, "count": 2000},
                {"url": "#new", "label": "New this week", "count": 48},
                {"url": "#quiet", "label": "Quiet for 90 days", "count": 312},
            ],
            "periods": [
                {"url": "#7", "label": "7 days"},
                {"url": "#30", "label": "30 days", "active": True},
                {"url": "#90", "label": "90 days"},
            ],
            "layouts": [
                {"value": "list", "label": "List", "icon": "layout-list", "active": True},
                {"value": "grid", "label": "Cards", "icon": "layout-grid"},
            ],
            "filters": [
                {"label": "Province", "value": "Bangkok", "remove_url": "#1"},
                {"label": "Orders", "value": "≥ 3", "remove_url": "#2"},
            ],
            "import_steps": ["File", "Columns", "Check", "Import"],
            "profile": [
                ("Phone", "+66 81 •••• 231"),
                ("Birthday", dt.date(1990, 4, 12).isoformat()),
                ("Company", ""),
            ],
        },
    )


@require_POST
@login_required
def toast(request: HttpRequest) -> HttpResponse:
    """A toast with undo, as a view sends it."""
    answer = HttpResponse(status=204)
    return trigger_client_event(
        answer, "toast", {"text": "Tag added to 5 people", "tone": "success", "undo": request.path}
    )
