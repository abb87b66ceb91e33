"""What `make run` says when it cannot start."""

import fcntl
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import override_settings

from lms import collected
from scripts import bootstrap, run
from scripts.processes import Site, supervisor_config

# Says by a pipe that it runs, and by a file that it was told to stop.
FAKE_START = """#!/bin/sh
trap 'echo "$PORT" > {folder}/stopped; exit 0' INT
echo $$ > {folder}/runs
while :; do sleep 0.05; done
"""


def test_an_old_python_is_told_which_to_install() -> None:
    with pytest.raises(bootstrap.StepError, match=r"3\.11 to 3\.14 is needed and this is 3\.9"):
        bootstrap.ensure_python((3, 9))


def test_a_python_without_venv_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(bootstrap.StepError, match="-venv"):
        bootstrap.ensure_venv(tmp_path / ".venv")


def test_packages_are_installed_only_when_their_lock_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr(bootstrap, "run", lambda *command: ran.append(command))
    lock = tmp_path / "requirements.txt"
    for content in ("one", "one", "two"):
        lock.write_text(content)
        bootstrap.install(tmp_path, lock)
    installs = [command for command in ran if "--require-hashes" in command]  # type: ignore[operator]
    assert len(installs) == 2


def test_keys_are_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "var" / "env"
    bootstrap.ensure_keys(path)
    first = path.read_text()
    bootstrap.ensure_keys(path)
    assert path.read_text() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"} == set(run.office_settings(path))


def test_a_second_start_is_refused_with_the_cure(tmp_path: Path) -> None:
    with (tmp_path / "run.lock").open("a") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(run.StartError, match="make stop"):
            run.take_lock(tmp_path / "run.lock")


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(run.StartError, match=f"Port {port} "):
            run.ensure_ports(Site(root=tmp_path, port=port))


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(run.StartError, match="make room"):
        run.ensure_space(tmp_path, needed=2**70)


def test_an_outside_broker_replaces_the_embedded_one(tmp_path: Path) -> None:
    assert "[program:broker]" in supervisor_config(Site(root=tmp_path))
    outside = Site(root=tmp_path, redis_url="redis://broker.example/0")
    assert "[program:broker]" not in supervisor_config(outside)
    assert outside.environment["REDIS_URL"] == "redis://broker.example/0"


def test_static_files_are_collected_only_when_one_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(collected, "call_command", lambda name, **_options: ran.append(name))
    source, root = tmp_path / "source", tmp_path / "collected"
    source.mkdir()
    root.mkdir()

    class Finder:
        def list(self, _left_out: list[str]) -> Any:
            storage = FileSystemStorage(location=source)
            return [(name, storage) for name in sorted(storage.listdir("")[1])]

    monkeypatch.setattr(collected, "get_finders", lambda: [Finder()])
    (source / "a.css").write_text("one")
    with override_settings(STATIC_ROOT=str(root)):
        assert [collected.collect(), collected.collect()] == [True, False]
        (source / "a.css").write_text("two")  # of the same length: its content counts
        assert [collected.collect(), collected.collect()] == [True, False]
        (source / "a.css").rename(source / "b.css")
        assert collected.collect()
    assert ran == ["collectstatic"] * 3


def test_collecting_that_failed_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str, **_options: object) -> None:
        raise OSError("the disk is full")

    with override_settings(STATIC_ROOT=str(tmp_path)):
        (tmp_path / collected.STAMP).write_text("of an earlier version")
        monkeypatch.setattr(collected, "call_command", fail)
        with pytest.raises(OSError, match="full"):
            collected.collect()
        assert not (tmp_path / collected.STAMP).exists()


def test_an_interrupt_of_the_shell_that_make_starts_is_ours(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "runs")
    python = tmp_path / "python"
    python.write_text(FAKE_START.format(folder=tmp_path))
    python.chmod(0o755)
    command = ["make", "run", f"BIN={tmp_path}", "PYTHON=true", "PORT=8123"]
    # A suite that runs behind a shell is deaf to interrupts, and so would be what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    make = subprocess.Popen(command, cwd=run.ROOT, start_new_session=True)
    signal.signal(signal.SIGINT, before)
    pid = int((tmp_path / "runs").read_text())
    children = Path(f"/proc/{make.pid}/task/{make.pid}/children").read_text().split()
    assert children == [str(pid)]
    os.kill(pid, signal.SIGINT)
    assert make.wait(timeout=30) == 0
    assert (tmp_path / "stopped").read_text() == "8123\n"


def test_jobs_give_way_to_pages(tmp_path: Path) -> None:
    sections = supervisor_config(Site(root=tmp_path)).split("[program:")[1:]
    polite = {part.partition("]")[0] for part in sections if " nice -n 5 " in part}
    assert polite == {"worker", "beat", "relay"}
