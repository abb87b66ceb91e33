"""Backup and restore: one archive with the database, every file and their sums.

Keys stay outside: whoever finds a backup must not be able to read identity numbers with it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.utils import timezone

DATABASE, MANIFEST, FILES = "database", "manifest.json", "files"
KEYS_APART = (
    "The keys (SECRET_KEY, FIELD_KEYS, INDEX_KEY of var/env) are not in the backup: keep a copy of "
    "them elsewhere; without them identity numbers cannot be read again."
)


class BackupError(Exception):
    """Carries the sentence that says why."""


def backups_dir() -> Path:
    """Return where backups lie unless another place is named."""
    return Path(settings.VAR_DIR) / "backups"


def make_backup(target: Path | None = None, *, prefix: str = "backup") -> Path:
    """Write an archive and return its path; a broken one never gets the final name."""
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M%S")
    path = target or backups_dir() / f"{prefix}-{stamp}.tar"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        folder = Path(scratch)
        _dump_database(folder / DATABASE)
        half = folder / "half.tar"
        _write_archive(half, folder)
        half.chmod(0o600)
        half.replace(path)
    return path


def _write_archive(half: Path, folder: Path) -> None:
    sums = {}
    with tarfile.open(half, "w") as archive:
        for name, path in [(DATABASE, folder / DATABASE), *_files()]:
            # The sum is taken from the bytes in the archive: a file may vanish or grow meanwhile.
            copy = folder / "copy"
            shutil.copyfile(path, copy)
            sums[name] = _sha256(copy)
            archive.add(copy, arcname=name)
            copy.unlink()
        manifest = {"vendor": connection.vendor, "sha256": sums}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        archive.add(folder / MANIFEST, arcname=MANIFEST)


def _files() -> Iterator[tuple[str, Path]]:
    root = files_dir()
    for path in sorted(root.rglob("*")) if root else []:
        if path.is_file() and root:
            yield f"{FILES}/{path.relative_to(root)}", path


def files_dir() -> Path | None:
    """Return where files are kept, None where an object store keeps (and saves) them."""
    store = storages["default"]
    return Path(store.location) if isinstance(store, FileSystemStorage) else None


def restore_backup(path: Path) -> None:
    """Put database and files back as they were; nothing is touched if a sum is wrong."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        folder = Path(scratch)
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
        _verify(folder)
        _load_database(folder / DATABASE)
        _load_files(folder / FILES)


def _verify(folder: Path) -> None:
    if not (folder / MANIFEST).exists():
        raise BackupError("This is not a backup: it has no manifest.")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["vendor"] != connection.vendor:
        raise BackupError(
            f"This backup is of {manifest['vendor']}, the database here is {connection.vendor}."
        )
    for name, total in manifest["sha256"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != total:
            raise BackupError(f"The backup is damaged: {name}")


def _load_files(saved: Path) -> None:
    """Bring saved files back; those that came later stay, no row points at them."""
    root = files_dir()
    if root and saved.is_dir():
        shutil.copytree(saved, root, dirs_exist_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump_database(target: Path) -> None:
    if connection.vendor == "sqlite":
        _copy_sqlite(_database_name(), target)
    else:
        _postgres("pg_dump", "--format=custom", f"--file={target}", _database_name())


def _load_database(source: Path) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        _copy_sqlite(str(source), Path(_database_name()))
    else:
        options = ["--clean", "--if-exists", "--no-owner", "--exit-on-error"]
        options += ["--single-transaction", f"--dbname={_database_name()}"]
        _postgres("pg_restore", *options, str(source))


def _copy_sqlite(source: str, target: Path) -> None:
    """Copy page by page through SQLite: a plain copy of the file would miss what is in its WAL."""
    with (
        contextlib.closing(sqlite3.connect(source)) as read,
        contextlib.closing(sqlite3.connect(target, timeout=60)) as write,
    ):
        read.backup(write)


def _database_name() -> str:
    return str(connection.settings_dict["NAME"])


def _postgres(*command: str) -> None:
    """Run a client of PostgreSQL; the password goes by the environment, `ps` shows arguments."""
    wanted = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    settings_dict = connection.settings_dict
    given = {name: str(settings_dict[key]) for name, key in wanted.items() if settings_dict[key]}
    try:
        subprocess.run(command, check=True, env={**os.environ, **given}, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed (package postgresql-client).") from None
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace").strip()
        raise BackupError(f"{command[0]} failed: {said}") from failed


def keep_newest(prefix: str, count: int) -> None:
    """Remove all but the newest backups of a kind; their names sort by time."""
    for path in sorted(backups_dir().glob(f"{prefix}-*.tar"))[:-count]:
        path.unlink()
