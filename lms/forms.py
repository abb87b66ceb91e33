"""One template draws every form field of the product."""

from django.forms.renderers import TemplatesSetting


class PageFormRenderer(TemplatesSetting):
    """Draws `{{ form.name.as_field_group }}` with `templates/forms/field.html`."""

    field_template_name = "forms/field.html"
