"""Makes a fresh clone ready: environment, hashed packages, assets, translations, keys.

Runs under the machine's own Python before anything is installed: standard library only. A second
run finds nothing to do and takes under a second.
"""

import base64
import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = Path(__file__).resolve().parent.parent


class StepError(Exception):
    """Carries the sentence that says what to do."""


# The quotes let an old Python read on until it is told that it is too old.
def ensure_python(version: "tuple[int, ...]") -> None:
    """Refuse a Python for which no packages are locked."""
    if not OLDEST <= version[:2] <= NEWEST:
        first, last = (".".join(map(str, bound)) for bound in (OLDEST, NEWEST))
        this = ".".join(map(str, version[:2]))
        raise StepError(
            f"Python {first} to {last} is needed and this is {this}: install a newer one, then say "
            f"for example: make run PYTHON=python{last}"
        )


def ensure_venv(venv: Path) -> None:
    """Make the environment, or make it anew where its Python has gone."""
    if python_of(venv).exists() and _works(python_of(venv)):
        return
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        raise StepError(
            "This Python cannot make environments: install its venv package (Debian and Ubuntu: "
            f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv), then try again."
        )
    run(sys.executable, "-m", "venv", "--clear", venv)


def _works(python: Path) -> bool:
    """Return whether the environment's own Python starts and is one of ours."""
    question = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return subprocess.run([python, "-c", question], check=False).returncode == 0


def install(venv: Path, requirements: Path) -> None:
    """Install the locked packages, only when the lock has changed since."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = venv / f"installed-{requirements.name}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the packages of {requirements.name} …", flush=True)
    run(*installer(venv), "--quiet", "--require-hashes", "--requirement", requirements)
    stamp.write_text(wanted)


def installer(venv: Path) -> "list[str | Path]":
    """Return the command that installs: uv where there is one, it is many times faster."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", python_of(venv)]
    if not (venv / "bin" / "pip").exists():
        run(python_of(venv), "-m", "ensurepip")
    return [python_of(venv), "-m", "pip", "install", "--no-deps", "--disable-pip-version-check"]


def ensure_keys(path: Path) -> None:
    """Make the keys of this office once; without them nothing encrypted can be read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with os.fdopen(descriptor, "w") as file:
        file.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")
        file.write(f"FIELD_KEYS={field_key}\n")
        file.write(f"INDEX_KEY={secrets.token_urlsafe(32)}\n")


def python_of(venv: Path) -> Path:
    """Return the interpreter of the environment."""
    return venv / "bin" / "python"


def run(*command: "str | Path") -> None:
    """Run a step; its own words are on the screen when it fails."""
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode != 0:
        said = " ".join(str(word) for word in command)
        raise StepError(f"This step failed, its reason is above: {said}")


def prepare(root: Path, requirements: str) -> None:
    """Do every step that is still to be done."""
    ensure_python(sys.version_info[:2])
    venv = root / ".venv"
    ensure_venv(venv)
    install(venv, root / requirements)
    ensure_keys(root / "var" / "env")
    run(python_of(venv), root / "scripts" / "vendor_assets.py", "check")
    run(python_of(venv), root / "scripts" / "messages.py", "compile")


def main(arguments: "list[str]") -> int:
    """Prepare for running, or with `dev` for testing too."""
    try:
        prepare(ROOT, "requirements-dev.txt" if "dev" in arguments else "requirements.txt")
    except StepError as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
