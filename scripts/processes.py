"""What runs under `make run`, and in which order it starts and stops."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms.broker import broker_command

QUEUES = "default,mail,grading,render,import"
# Where cores are few, people who wait for a page go first: at the start, and under a long job.
BEHIND_PAGES = ["/usr/bin/env", "nice", "-n", "5"]


@dataclass(frozen=True)
class Process:
    """A program that is started again whenever it ends."""

    name: str
    command: list[str]
    stop_seconds: int = 20


@dataclass(frozen=True)
class Site:
    """Where this installation lives and listens."""

    root: Path
    port: int = 8000
    host: str = "127.0.0.1"
    redis_url: str = ""
    var_dir: Path | None = None

    @property
    def var(self) -> Path:
        return self.var_dir or self.root / "var"

    @property
    def ports(self) -> dict[str, int]:
        """Return who needs which port; an outside broker needs none here."""
        ports = {"the pages": self.port, "the files": self.port + 1}
        return ports if self.redis_url else {**ports, "the broker": self.port + 2}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what every process is told, unless the office has said otherwise."""
        return {
            "SITE_URL": self.url,
            "FILES_URL": f"http://localhost:{self.port + 1}",
            "REDIS_URL": self.redis_url or f"redis://127.0.0.1:{self.port + 2}/0",
        }


def processes(site: Site) -> Iterator[Process]:
    """Yield them in the order of their start; they stop the other way round."""
    if not site.redis_url:
        yield Process("broker", broker_command(site.port + 2, site.var / "broker"))
    yield Process("worker", worker_command(site), stop_seconds=30)
    beat = [tool("celery"), "--app=lms", "beat", "--pidfile=", "--loglevel=INFO"]
    yield Process("beat", [*BEHIND_PAGES, *beat])
    relay = [sys.executable, str(site.root / "manage.py"), "relay"]
    yield Process("relay", [*BEHIND_PAGES, *relay])
    # A second, threaded server on its own origin: a slow download never holds a page back.
    threads = ["--workers=1", "--worker-class=gthread", "--threads=8"]
    yield Process("files", web_command(site, site.port + 1, "files.wsgi:application", threads))
    # Sync workers, one per core: threads made the pages slower.
    cores = [f"--workers={max(2, os.cpu_count() or 2)}"]
    yield Process("web", web_command(site, site.port, "lms.wsgi:application", cores))


def worker_command(site: Site) -> list[str]:
    """Return the worker's command; SIGTERM gives its tasks ten seconds, then hands them back."""
    celery = [tool("celery"), "--app=lms", "worker", "--pool=prefork", "--concurrency=2"]
    options = [f"--queues={QUEUES}", "--loglevel=INFO", f"--hostname=worker-{site.port}@%h"]
    return ["/usr/bin/env", "REMAP_SIGTERM=SIGQUIT", *BEHIND_PAGES[1:], *celery, *options]


def web_command(site: Site, port: int, application: str, options: list[str]) -> list[str]:
    # The control socket would be shared by all installations of this account.
    shared = [f"--bind={site.host}:{port}", "--no-control-socket", "--graceful-timeout=10"]
    return [tool("gunicorn"), *shared, *options, application]


def tool(name: str) -> str:
    """Return a program of the same environment."""
    return str(Path(sys.executable).with_name(name))


def supervisor_config(site: Site) -> str:
    """Return the file that supervisor reads."""
    head = f"""\
[supervisord]
nodaemon = true
silent = true
minfds = 200
directory = {site.root}
pidfile = {site.var}/supervisord.pid
logfile = {site.var}/log/supervisord.log
"""
    sections = [_section(site, process, rank) for rank, process in enumerate(processes(site))]
    return "\n".join([head, *sections])


def _section(site: Site, process: Process, rank: int) -> str:
    # Not stopasgroup: the worker's parent must be free to finish its children's tasks.
    return f"""\
[program:{process.name}]
command = {escaped(shlex.join(process.command))}
priority = {rank}
autorestart = true
startretries = 1000
stopwaitsecs = {process.stop_seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = {escaped(str(site.var))}/log/{process.name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


def escaped(text: str) -> str:
    """Return the text as supervisor wants it: `%` begins an expansion there."""
    return text.replace("%", "%%")
