"""Registers the room with Django."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """What they say: questionnaires, answers, NPS, reviews, tickets."""

    name = "surveys"
    default_auto_field = "django.db.models.BigAutoField"
