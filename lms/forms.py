"""One template draws every form field of the product."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

CLASSES = {
    "select": "form-select",
    "selectmultiple": "form-select",
    "nullbooleanselect": "form-select",
    "checkbox": "form-check-input",
    "checkboxselectmultiple": "form-check-input",
    "radioselect": "form-check-input",
}


class PageBoundField(forms.BoundField):
    """Gives each widget the class of its kind, without a line in every form."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Add the style class and keep what the form itself asked for."""
        built = super().build_widget_attrs(attrs, widget)
        style = CLASSES.get(self.widget_type, "form-control")
        own = (widget or self.field.widget).attrs.get("class", "")
        return {**built, "class": f"{style} {built.get('class', own)}".strip()}

    @property
    def is_box(self) -> bool:
        """Tell whether the field is one box, drawn before its label."""
        return self.widget_type == "checkbox"

    @property
    def is_file(self) -> bool:
        """Tell whether the field takes a file."""
        return isinstance(self.field.widget, forms.FileInput)


class PageFormRenderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ form.name.as_field_group }}` with `templates/forms/`."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = PageBoundField
