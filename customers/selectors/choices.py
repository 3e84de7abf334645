"""What our forms offer to choose from, in the reader's language."""

from django.conf import settings

from customers.models import FormChoice


def offered(name: str, language: str) -> list[tuple[str, str]]:
    """Key and words of every choice in use of that list (`FormChoice.List`), in order."""
    found = FormChoice.objects.filter(list=name, is_active=True)
    return [(choice.key, in_language(choice, language)) for choice in found]


def in_language(choice: FormChoice, language: str) -> str:
    """The words in that language, else in the shop's base language, else the key."""
    texts = choice.name
    return texts.get(language[:2]) or texts.get(settings.LANGUAGE_CODE[:2]) or texts.get("en") or choice.key
