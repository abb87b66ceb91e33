from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LmsConfig(AppConfig):
    """Loads what higher apps tell lower ones, by name, so that this package imports no app."""

    name = "lms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("receivers", "registry")
