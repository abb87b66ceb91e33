"""The whole product as `make run` starts it, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts.suites import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 400  # a busy machine seeds the city in minutes


class City:
    """A running installation: pages, files, worker, beat, relay and broker."""

    def __init__(self, folder: Path, *, is_demo: bool) -> None:
        self.folder = folder
        self.is_demo = is_demo
        self.port = free_port(beside=1)  # the files are served from the next one
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "start.log"
        self.process: subprocess.Popen[bytes] | None = None
        shutil.copy(ROOT / "var" / "env", folder / "env")

    @property
    def environment(self) -> dict[str, str]:
        """Return what its processes are told; nothing of the test run's own settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "VAR_DIR": str(self.folder),
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "DEMO": "1" if self.is_demo else "0",
            "PYTHONWARNINGS": "default",
        }

    def start(self) -> None:
        """Start it and return when the pages answer."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scripts.run"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The city did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.3)

    def stop(self) -> None:
        """End all its processes."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(60)

    def python(self, *words: str, **environment: str) -> str:
        """Run our Python in the city's surroundings and return what it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False
