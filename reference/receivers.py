"""Puts the shipped rows into the database after each migration."""

from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from reference.shipped import insert_missing


@receiver(post_migrate)
def load_shipped_rows(
    sender: AppConfig, using: str, apps: Apps = installed, **_kwargs: Any
) -> None:
    """Insert what is missing, unless this app has just been migrated away."""
    if sender.name == "reference" and "annualrequirement" in apps.all_models["reference"]:
        insert_missing(using)
