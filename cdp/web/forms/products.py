"""A line to type a product into, with the catalogue's names to choose from. Works without scripts."""

from typing import Any

from django import forms

from commerce.selectors import products

MOST = 200


class ProductInput(forms.TextInput):
    """A text field with a `<datalist>`; what is not in the catalogue may be typed in one's own words."""

    template_name = "web/public/product_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """The browser must not offer what others typed here before."""
        super().__init__({"autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the names, and the list's id that the field points to."""
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}_list"
        context["widget"]["attrs"]["list"] = list_id
        return context | {"list_id": list_id, "offered": products.suggested(most=MOST)}
