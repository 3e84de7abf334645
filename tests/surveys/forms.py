"""Pages of a questionnaire as a browser without scripts sends them back."""

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Form:
    """The form on a page: what a browser without scripts would send, and what somebody changes."""

    def __init__(self, response: HttpResponse) -> None:
        self.text = response.content.decode()
        seen = re.sub(r"<template.*?</template>", "", self.text, flags=re.DOTALL)
        self.fields: dict[str, str] = {}
        for tag in re.findall(r"<input[^>]*>", seen):
            told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if told.get("type") in {"radio", "checkbox"} and " checked" not in tag:
                continue
            self.fields[told["name"]] = html.unescape(told.get("value", ""))
        for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', seen, re.DOTALL):
            self.fields[name] = html.unescape(inside)
        for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', seen, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', inside)
            self.fields[name] = chosen[1] if chosen else ""
        action = re.search(r'<form[^>]*id="public-form"[^>]*action="([^"]+)"', seen)
        self.action = html.unescape(action[1]) if action else ""

    def send(self, client: Client, **given: str) -> Any:
        """Post it; `q__score` stands for the field `q.score`."""
        sent = {**self.fields, **{name.replace("__", "."): text for name, text in given.items()}}
        return client.post(self.action, sent)


def opened(client: Client, path: str = "/s/visit/") -> Form:
    """The page at that address."""
    return Form(client.get(path))
