"""Django forms in our design language: `{{ form }}` and `{{ field.as_field_group }}` come out right by themselves."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Set as FORM_RENDERER. Widgets keep Django's own templates (the admin uses them too); classes are added by the
    `widget` tag of `ui`.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
