"""The drill: what comes back is what was there, row by row and file by file."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from lms.backup import keep_newest
from reference.models import LegalBasis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the backup of an office with three documents and a file."""
    for number in range(3):
        LegalBasis.objects.create(symbol=f"{number}/2026/TEST", title="Quy chế")
    default_storage.save("ab/tệp.bin", ContentFile(bytes(range(256)) * 1000))
    call_command("backup", tmp_path / "saved.tar", stdout=io.StringIO())
    return tmp_path / "saved.tar"


def state() -> tuple[object, dict[str, str]]:
    rows: object = list(LegalBasis.objects.order_by("pk").values_list())
    root = Path(default_storage.path(""))
    files = {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }
    return rows, files


def test_a_restored_backup_holds_the_same_rows_and_files(saved: Path) -> None:
    before = state()
    LegalBasis.objects.filter(symbol="0/2026/TEST").update(title="Khác")
    LegalBasis.objects.create(symbol="4/2026/TEST", title="Sau này")
    default_storage.delete("ab/tệp.bin")
    assert state() != before
    call_command("restore", saved, yes=True, stdout=io.StringIO())
    assert state() == before


def test_a_backup_holds_no_keys_and_says_so(tmp_path: Path, settings: Settings) -> None:
    said = io.StringIO()
    call_command("backup", tmp_path / "b.tar", stdout=said)
    assert "FIELD_KEYS" in said.getvalue()
    content = (tmp_path / "b.tar").read_bytes()
    assert settings.SECRET_KEY.encode() not in content
    assert settings.FIELD_KEYS[0].encode() not in content


def test_a_damaged_backup_changes_nothing(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes().replace(bytes(range(256)), bytes(256), 1))
    before = state()
    with pytest.raises(CommandError, match="damaged"):
        call_command("restore", saved, yes=True)
    assert state() == before


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tar", "w"):
        pass
    with pytest.raises(CommandError, match="no manifest"):
        call_command("restore", tmp_path / "other.tar", yes=True)


def test_restoring_asks_first(saved: Path) -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", saved)


def test_only_the_newest_automatic_backups_are_kept(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR = tmp_path
    (tmp_path / "backups").mkdir()
    for day in range(1, 6):
        (tmp_path / "backups" / f"before-migration-2026010{day}-080000.tar").touch()
    (tmp_path / "backups" / "backup-20250101-080000.tar").touch()
    keep_newest("before-migration", 3)
    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert kept == [
        "backup-20250101-080000.tar",
        *[f"before-migration-2026010{day}-080000.tar" for day in (3, 4, 5)],
    ]
