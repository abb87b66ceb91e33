from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    options = {"location": str(tmp_path / "files")}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": options},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path
    settings.UPLOAD_DIR = tmp_path / "uploads"
    (tmp_path / "files").mkdir()
    assert default_storage.listdir("") == ([], [])
