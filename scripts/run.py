"""`make run`: checks what could go wrong, starts everything, stays until Ctrl-C; `make stop`."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from scripts.processes import Site, supervisor_config, tool

ROOT = Path(__file__).resolve().parent.parent
FREE_BYTES = 300 * 1024 * 1024
READY_SECONDS = 120
HINT = "Dừng: Ctrl-C. Nhật ký: var/log. / Ctrl-C stops it; the logs are in var/log."
# Supervisor closes its children's descriptors below `minfds`. Above, the lock is inherited, and is
# held until the last process of this start has gone, whoever was killed before.
LOCK_DESCRIPTOR = 250


class StartError(Exception):
    """Carries the sentence that says why nothing was started."""


def take_lock(path: Path) -> int:
    """Return a descriptor that holds the lock of this installation."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                "This installation is already running, or processes of an earlier start are left. "
                "`make stop` ends them."
            ) from None
        os.dup2(file.fileno(), LOCK_DESCRIPTOR, inheritable=True)
    return LOCK_DESCRIPTOR


def ensure_ports(site: Site) -> None:
    """Refuse to start where somebody else listens."""
    for purpose, port in site.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((site.host, port))
            except OSError as refused:
                raise StartError(
                    f"Port {port} (for {purpose}) is not free: {refused.strerror}. "
                    f"Choose others, for example: make run PORT={site.port + 100}"
                ) from None


def ensure_space(folder: Path, needed: int = FREE_BYTES) -> None:
    """Refuse to start on a full disk, where a database only half works."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StartError(
            f"Only {free // 2**20} MB are free under {folder}, {needed // 2**20} MB are needed: "
            "make room and start again."
        )


def office_settings(path: Path) -> dict[str, str]:
    """Return what the office has written into `var/env`; it comes before our defaults."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and line[:1] != "#")
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def var_of(root: Path) -> Path:
    """Return the folder in which the installation keeps all it writes."""
    return Path(os.environ.get("VAR_DIR") or root / "var").resolve()


def site_of(root: Path) -> Site:
    """Return the installation as the environment describes it."""
    said = {**office_settings(var_of(root) / "env"), **os.environ}
    try:
        port = int(said.get("PORT") or 8000)
    except ValueError:
        raise StartError(f"PORT must be a number, it is {said['PORT']!r}.") from None
    host = said.get("HOST") or "127.0.0.1"
    redis_url = said.get("REDIS_URL", "")
    return Site(root=root, port=port, host=host, redis_url=redis_url, var_dir=var_of(root))


def manage(root: Path, *words: str) -> None:
    """Run a command of the product; its words are on the screen."""
    command = [sys.executable, str(root / "manage.py"), *words]
    if subprocess.run(command, check=False).returncode != 0:
        raise StartError(f"`manage.py {' '.join(words)}` failed; its reason is above.")


def start(site: Site, lock: int) -> subprocess.Popen[bytes]:
    """Start supervisor, in its own group: Ctrl-C reaches it through us, once."""
    (site.var / "log").mkdir(parents=True, exist_ok=True)
    config = site.var / "supervisord.conf"
    config.write_text(supervisor_config(site), encoding="utf-8")
    command = [tool("supervisord"), "--configuration", str(config)]
    return subprocess.Popen(command, pass_fds=[lock], start_new_session=True)


def wait_until_ready(site: Site, supervisor: subprocess.Popen[bytes]) -> None:
    """Return when the pages answer."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and supervisor.poll() is None:
        if answers(f"http://127.0.0.1:{site.port}/health/ready"):
            return
        time.sleep(0.2)
    raise StartError(f"The pages do not answer; the reason is in {site.var}/log/web.log.")


def answers(url: str) -> bool:
    """Return whether a server answers without an error of its own."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as refused:
        return refused.code < HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False


def stop(supervisor: subprocess.Popen[bytes]) -> None:
    """End everything, the broker last, and return when it has gone."""
    if supervisor.poll() is None:
        print("Stopping …", flush=True)
        supervisor.terminate()
    supervisor.wait()


def holders(lock: Path) -> list[int]:
    """Return the processes of this installation that are still there (Linux)."""
    found = []
    for link in Path("/proc").glob(f"[0-9]*/fd/{LOCK_DESCRIPTOR}"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another account's
            if link.readlink() == lock:
                found.append(int(link.parts[2]))
    return [pid for pid in found if pid != os.getpid()]


def stop_all(root: Path) -> int:
    """`make stop`: end a running installation or what an earlier one has left."""
    lock = var_of(root) / "run.lock"
    for sent, seconds in ((signal.SIGTERM, 40), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        for pid in first_to_stop(root, holders(lock)) if sent == signal.SIGTERM else holders(lock):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
        while holders(lock) and time.monotonic() < deadline:
            time.sleep(0.2)
    print("Stopped." if not holders(lock) else f"Still there: {holders(lock)}")
    return 1 if holders(lock) else 0


def first_to_stop(root: Path, pids: list[int]) -> list[int]:
    """Return supervisor alone while it lives: it knows the order."""
    pidfile = var_of(root) / "supervisord.pid"
    known = int(pidfile.read_text()) if pidfile.exists() else 0
    return [known] if known in pids else pids


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Treat SIGTERM and a closed terminal as Ctrl-C, which a shell may have told us to ignore."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def run(root: Path) -> None:
    """Check, prepare, start, and stay."""
    site = site_of(root)
    lock = take_lock(site.var / "run.lock")
    ensure_ports(site)
    ensure_space(site.var)
    said = {**site.environment, **office_settings(site.var / "env"), **os.environ}
    os.environ.update({name: said[name] for name in site.environment})
    manage(root, "prepare")
    supervisor = start(site, lock)
    try:
        wait_until_ready(site, supervisor)
        print(f"\n  {os.environ['SITE_URL']}\n\n{HINT}\n", flush=True)
        supervisor.wait()
    finally:
        # A second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop(supervisor)


def main(arguments: list[str]) -> int:
    if arguments == ["stop"]:
        return stop_all(ROOT)
    try:
        with interruptible():
            run(ROOT)
    except StartError as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
