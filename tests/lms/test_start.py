"""What `make run` says when it cannot start."""

import fcntl
import socket
from pathlib import Path

import pytest

from scripts import bootstrap, run
from scripts.processes import Site, supervisor_config


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
