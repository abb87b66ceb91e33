"""What must be true of the repository itself, without running any of it."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Message
from django.conf import settings

from scripts import messages, processes, vendor_assets

ROOT = Path(settings.BASE_DIR)
ENGINES = {"postgres", "redis"}
THIS = "tests/test_repository.py"


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listed.splitlines() if name != THIS and (ROOT / name).is_file()]


def holding(pattern: str, *files: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        str(path.relative_to(ROOT))
        for path in tracked(*files)
        if wanted.search(path.read_bytes().decode("utf-8", errors="ignore"))
    ]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = compose["services"]
    return found


def test_only_the_relay_publishes_tasks() -> None:
    found = holding(r"\.(delay|apply_async|send_task)\(", "*.py")
    assert [name for name in found if not name.startswith(("jobs/", "tests/jobs/"))] == []


def test_nothing_waits_for_a_commit() -> None:
    assert holding(r"\bon_commit\b", "*.py") == []


def test_no_file_names_a_registry_or_a_local_path() -> None:
    # Put together here, so that this file does not hold what it looks for.
    registries = "|".join(("npm" + "js", "python" + "hosted", "pypi" + r"\.org"))
    machines = "|".join("/" + name + "/" for name in ("work", "root", r"home/\w+"))
    assert holding(f"{registries}|{machines}") == []


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    bare = [name for name in wanted if not re.search(rf'"{re.escape(name)}",\s+# \w', text)]
    assert bare == []


def test_no_translation_is_fuzzy() -> None:
    assert holding(r"(?m)^#,.*\bfuzzy\b", "*.po") == []


def test_the_carried_assets_are_those_of_their_lock() -> None:
    assert vendor_assets.check(vendor_assets.VENDOR) == []


def test_an_altered_asset_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("altered")
    (tmp_path / "b.js").write_text("unknown")
    lock = '{"a": {"version": "1", "files": {"a.js": {"source": "a.js", "sha256": "0"}}}}'
    (tmp_path / "lock.json").write_text(lock)
    assert [fault.split()[0] for fault in vendor_assets.check(tmp_path)] == [
        "static/vendor/a.js", "static/vendor/b.js",
    ]  # fmt: skip


def test_our_processes_share_one_image(services: dict[str, Any]) -> None:
    ours = {name: service for name, service in services.items() if name not in ENGINES}
    assert {"web", "files", "worker", "beat", "relay"} <= set(ours)
    assert len({service["image"] for service in ours.values()}) == 1


def test_every_service_is_watched_or_says_why_not(services: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    for name, service in services.items():
        check = service.get("healthcheck")
        if check and check.get("disable"):
            assert re.search(rf"(?m)^  {name}:  # no health check: \w", text), name
        else:
            assert check or name == "web", name


def test_secrets_have_no_default(services: dict[str, Any]) -> None:
    environment = services["web"]["environment"]
    example = (ROOT / ".env.example").read_text()
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"):
        assert environment[name].startswith(f"${{{name}:?")
        assert f"\n{name}=\n" in f"\n{example}"
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith(
        "${POSTGRES_PASSWORD:?"
    )
    assert "--requirepass ${REDIS_PASSWORD:?" in " ".join(services["redis"]["command"])
    assert "redis://:${REDIS_PASSWORD:?" in environment["REDIS_URL"]


def test_only_the_proxy_on_the_same_machine_reaches_the_pages(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_runs_without_root() -> None:
    assert "\nUSER lms\n" in (ROOT / "Dockerfile").read_text()


def test_the_queue_survives_a_restart(services: dict[str, Any]) -> None:
    assert "--appendonly yes --appendfsync everysec" in " ".join(services["redis"]["command"])


def test_the_worker_takes_every_queue(services: dict[str, Any]) -> None:
    wanted = ",".join(settings.JOB_QUEUES)
    assert wanted == processes.QUEUES
    assert f"--queues={wanted}" in services["worker"]["command"]


def test_faults_of_a_catalogue_are_found() -> None:
    entry = Message("Save %(n)s", string="Lưu", flags=["fuzzy"])
    assert [fault.split(":")[0] for fault in messages.faults_of(entry, set())] == [
        "fuzzy", "other placeholders",
    ]  # fmt: skip
    same = Message("Report", string="Report")
    assert list(messages.faults_of(same, {"Report"})) == []
    assert len(list(messages.faults_of(same, set()))) == 1
