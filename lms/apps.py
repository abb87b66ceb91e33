from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from lms import ledgers, trigrams


class StaticFiles(StaticFilesConfig):
    """Django's own app, without the files that no page names."""

    ignore_patterns = settings.STATIC_LEFT_OUT


class LmsConfig(AppConfig):
    """Loads what higher apps tell lower ones, by name, so that this package imports no app."""

    name = "lms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("receivers", "registry")
        post_migrate.connect(ledgers.create_triggers, dispatch_uid="ledger triggers")
        post_migrate.connect(trigrams.create_indexes, dispatch_uid="trigram indexes")
        checks.register(ledgers.missing_triggers, checks.Tags.database)
