"""The pages: gunicorn as `make run` starts it, wrk with 64 sessions on 16 connections."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import Line
from scripts.processes import Site, web_command
from scripts.run import answers
from scripts.suites import ROOT, free_port

CONNECTIONS = 16
PATIENCE = (1, 4, 10)  # times as long, where not one answer came
LOAD = Path(__file__).with_name("cycle.lua")


class BenchError(Exception):
    """Something is wrong, not slow."""


@dataclass(frozen=True)
class Page:
    """What is asked for: one path and cookie for each session; the goal is a share of the floor."""

    name: str
    requests: Sequence[tuple[str, str]]
    goal: float | None = None
    peer: float | None = None


@dataclass(frozen=True)
class Load:
    """What wrk found."""

    rate: float
    p50: float
    p95: float
    size: float


class Server:
    """The web process of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start gunicorn with one sync worker a core and wait until it answers."""
        cores = [f"--workers={max(2, os.cpu_count() or 2)}"]
        command = web_command(Site(ROOT), self.port, "lms.wsgi:application", cores)
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        wait_for(lambda: answers(f"http://127.0.0.1:{self.port}/health/live"), "the web server")

    def stop(self) -> None:
        """End it."""
        if self.process:
            self.process.terminate()
            self.process.wait()

    def resident(self) -> float:
        """Return the memory of the largest worker in MB."""
        return max(map(resident, children(self.process.pid if self.process else 0)), default=0)

    def check(self, page: Page) -> None:
        """Ask once through every session: a page that fails or redirects measures nothing."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for path, cookie in page.requests:
            link.request("GET", path, headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise BenchError(f"{page.name}: {path} answered {answer.status}.")
            if answer.will_close:
                link.close()

    def load(self, page: Page, seconds: float) -> Load:
        """Load one page and return what was counted; a machine held up by others gets longer."""
        for longer in PATIENCE:
            facts = self._wrk(page, seconds * longer)
            if facts["errors"]:
                raise BenchError(f"{page.name}: {facts['errors']} of {facts['requests']} failed.")
            if facts["requests"]:
                size = facts["bytes"] / facts["requests"] / 1024
                return Load(facts["requests"] / facts["seconds"], facts["p50"], facts["p95"], size)
        raise BenchError(f"{page.name}: no answer in {seconds * PATIENCE[-1]:.0f} s.")

    def _wrk(self, page: Page, seconds: float) -> dict[str, float]:
        wanted = self.folder / "requests"
        wanted.write_text("".join(f"{path}\t{cookie}\n" for path, cookie in page.requests))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s"]
        done = subprocess.run(
            [*command, "-s", str(LOAD), f"http://127.0.0.1:{self.port}/"],
            env={**os.environ, "BENCH_REQUESTS": str(wanted)},
            capture_output=True,
            text=True,
            check=True,
        )
        facts: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return facts


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run the web server for the time of a block."""
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def measure(
    server: Server, floor: Page, pages: Sequence[Page], *, rounds: int, seconds: int
) -> list[Line]:
    """Measure the pages, each round of each right after its floor: the neighbours' load moves."""
    for page in [floor, *pages]:
        server.check(page)
    return [_line(server, floor, page, rounds=rounds, seconds=seconds) for page in pages]


def _line(server: Server, floor: Page, page: Page, *, rounds: int, seconds: int) -> Line:
    pairs = [(server.load(floor, seconds), server.load(page, seconds)) for _round in range(rounds)]
    ratio = statistics.median(ours.rate / base.rate for base, ours in pairs)
    typical = sorted(pairs, key=lambda pair: pair[1].rate)[len(pairs) // 2][1]
    return Line(
        name=page.name,
        figure=typical.rate,
        unit="req/s",
        floor=statistics.median(base.rate for base, _ours in pairs),
        ratio=ratio,
        goal=page.goal,
        peer=page.peer,
        note=f"p50 {typical.p50:.0f} ms, p95 {typical.p95:.0f} ms, {typical.size:.0f} kB",
    )


def has_wrk() -> bool:
    """Return whether the load generator is there."""
    return shutil.which("wrk") is not None


def children(pid: int) -> list[int]:
    """Return the processes that a process has started (Linux)."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in found.split()]


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def wait_for(ready: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise BenchError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.05)
