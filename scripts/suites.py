"""`make test`, `make test-postgres`, `make e2e`: which tests run, and on which database."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.old_chromium import FetchError, fetch

ROOT = Path(__file__).resolve().parent.parent
# Tests of one group share a worker process and with it a broker; the others spread over the cores.
SPREAD = ["-n", "2", "--dist", "loadgroup"]
# By default tables are made from the models, which is much sooner; here the migrations are proved.
MIGRATED = "--migrations"


class SuiteError(Exception):
    """Carries the sentence that says what is missing."""


def pytest(*words: str, **environment: str) -> int:
    """Run pytest and return its exit status."""
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(
        command, cwd=ROOT, check=False, env={**os.environ, **environment}
    ).returncode


def sqlite(arguments: list[str]) -> int:
    """Run everything that needs neither a browser nor PostgreSQL."""
    return pytest("-m", "not browser and not postgres", *SPREAD, *arguments)


def postgres(arguments: list[str]) -> int:
    """Run the same and the race tests on a cluster that is thrown away afterwards."""
    with cluster() as url:
        return pytest("-m", "not browser", MIGRATED, *SPREAD, *arguments, DATABASE_URL=url)


def browser(arguments: list[str]) -> int:
    """Run the browser tests with the Chromium of the system, some of them with the oldest one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SuiteError("Chromium is missing: install it (Debian: apt install chromium).")
    with tempfile.TemporaryDirectory() as scratch:
        figures = Path(scratch, "figures")
        told = {"CHROMIUM": found, "FIGURES": str(figures), **_old_chromium()}
        status = pytest("-m", "browser", MIGRATED, *SPREAD, *arguments, **told)
        if figures.exists():
            print(figures.read_text(encoding="utf-8"))
    return status


def _old_chromium() -> dict[str, str]:
    """Return where Chromium 109 is, or the sentence why it is not there."""
    try:
        return {"CHROMIUM_109": str(fetch(ROOT / "var" / "chromium-109"))}
    except FetchError as missing:
        print(f"Not looked at in Chromium 109: {missing}")
        return {"CHROMIUM_109_MISSING": str(missing)}


@contextlib.contextmanager
def cluster(tuning: str = "-c fsync=off") -> Iterator[str]:
    """Start a private PostgreSQL on a port of its own and yield its address."""
    initdb, postgres_ctl = server_tool("initdb"), server_tool("pg_ctl")
    # Short, for a socket's path may have about a hundred characters, and readable by `postgres`.
    with tempfile.TemporaryDirectory(prefix="lms-pg-") as scratch:
        folder = Path(scratch)
        unprivileged = [] if os.geteuid() else _drop_root(folder)
        options = ["--auth=trust", "--username=lms", "--encoding=UTF8", "--locale=C.UTF-8"]
        _quietly([*unprivileged, initdb, "--pgdata", str(folder / "data"), *options])
        port = free_port()
        server = f"-k {folder} -h 127.0.0.1 -p {port} {tuning} -c max_connections=200"
        control = [*unprivileged, postgres_ctl, "--pgdata", str(folder / "data"), "-w"]
        _quietly([*control, "-l", str(folder / "log"), "-o", server, "start"])
        try:
            yield f"postgresql://lms@127.0.0.1:{port}/postgres"
        finally:
            _quietly([*control, "-m", "immediate", "stop"])


def free_port(beside: int = 0) -> int:
    """Return a free port, after which so many more are free.

    Below those that the system gives to outgoing connections: one of them could take it meanwhile.
    """
    for _try in range(100):
        port = 20_000 + secrets.randbelow(12_000)
        if all(_is_free(one) for one in range(port, port + beside + 1)):
            return port
    raise SuiteError("No free port was found between 20000 and 32000.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def server_tool(name: str) -> str:
    """Return a program of the newest PostgreSQL server here; Debian keeps them off PATH."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_major)
    found = str(beside[-1]) if beside else shutil.which(name)
    if found is None:
        raise SuiteError("PostgreSQL is missing: install it (Debian: apt install postgresql).")
    return found


def _major(path: Path) -> int:
    return int(path.parts[-3])


def _drop_root(folder: Path) -> list[str]:
    """Give the folder to the account that Debian makes: PostgreSQL refuses to run as root."""
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SuiteError(f"{command[0]} failed: {done.stdout}{done.stderr}")


SUITES = {"sqlite": sqlite, "postgres": postgres, "browser": browser}


def main(arguments: list[str]) -> int:
    try:
        return SUITES[arguments[0]](arguments[1:])
    except SuiteError as missing:
        print(missing, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
