from django.apps import AppConfig


class RequirementsConfig(AppConfig):
    name = "requirements"
    default_auto_field = "django.db.models.BigAutoField"
