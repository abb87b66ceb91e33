"""`make bench`: figures beside their floors, on databases of its own. See docs/performance.md.

A figure never fails it; an answer that is not 200 or a letter that is lost does.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.bootstrap import ensure_keys
from scripts.suites import ROOT, SuiteError, cluster

RESULT = ROOT / "var" / "bench.json"


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database; PostgreSQL keeps what it commits here."""
    if kind == "postgres":
        with cluster(tuning="-c shared_buffers=256MB") as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'lms.sqlite3'}"


def measure(kind: str, *, short: bool) -> tuple[int, list[dict[str, object]]]:
    """Measure on one database, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as scratch:
        folder = Path(scratch)
        ensure_keys(folder / "env")
        result = folder / "result.json"
        command = [sys.executable, "-m", "bench.database", str(result)]
        with database(kind, folder) as url:
            done = subprocess.run(
                [*command, *(["--short"] if short else [])],
                cwd=ROOT,
                check=False,
                env={**os.environ, **environment(folder), "DATABASE_URL": url},
            )
        lines = json.loads(result.read_text(encoding="utf-8")) if result.exists() else []
        return done.returncode, lines


def environment(folder: Path) -> dict[str, str]:
    """Return what makes it a production-like installation in its own folder."""
    return {
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DEBUG": "0",
        "DEMO": "0",
        "LOG_LEVEL": "WARNING",
        "SITE_URL": "http://localhost:8000",
        "FILES_URL": "http://localhost:8001",
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--short", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--db", choices=["sqlite", "postgres", "both"], default="both")
    chosen = parser.parse_args()
    kinds = ["sqlite", "postgres"] if chosen.db == "both" else [chosen.db]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')}, {machine}\n", flush=True)
    status, found = 0, {}
    try:
        for kind in kinds:
            failed, found[kind] = measure(kind, short=chosen.short)
            status = status or failed
    except SuiteError as missing:
        print(missing, file=sys.stderr)
        return 1
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"machine": machine, **found}, indent=1), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
