"""The front-end files we carry instead of a CDN: `python scripts/vendor_assets.py check|update`.

`static/vendor/lock.json` names, for each package, its version, the files taken from it and their
sha256. `update` fetches the named versions again with npm and writes the new sums.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
LOCK = "lock.json"
# Points at a map that we do not carry: a manifest of static files would stop there.
SOURCE_MAP = re.compile(rb"\s*/[/*]# sourceMappingURL=\S+(?: \*/)?\s*\Z")


class File(TypedDict):
    """A carried file; `source` is its path in the package.

    Where it is empty we composed the file ourselves: it is source code of ours and has no sum.
    """

    source: str
    sha256: str


class Package(TypedDict):
    """A package of the npm registry, `files` by their path under `static/vendor/`."""

    version: str
    files: dict[str, File]


def read_lock(vendor: Path) -> dict[str, Package]:
    """Return the lock; a tree without assets needs none."""
    path = vendor / LOCK
    if not path.exists():
        return {}
    lock: dict[str, Package] = json.loads(path.read_text(encoding="utf-8"))
    return lock


def check(vendor: Path) -> list[str]:
    """Return one sentence for each file that is missing, altered or in nobody's lock."""
    locked = {
        name: file["sha256"]
        for package in read_lock(vendor).values()
        for name, file in package["files"].items()
    }
    ours = {name for name, total in locked.items() if not total}
    locked = {name: total for name, total in locked.items() if total}
    here = {str(path.relative_to(vendor)): path for path in files_in(vendor)}
    missing = [f"static/vendor/{name} is missing." for name in locked.keys() - here.keys()]
    unknown = [
        f"static/vendor/{name} is not in the lock." for name in here.keys() - locked.keys() - ours
    ]
    altered = [
        f"static/vendor/{name} is not what the lock says."
        for name in locked.keys() & here.keys()
        if sha256(here[name].read_bytes()) != locked[name]
    ]
    return sorted(missing + unknown + altered)


def files_in(vendor: Path) -> Iterator[Path]:
    """Yield the carried files."""
    return (path for path in vendor.rglob("*") if path.is_file() and path.name != LOCK)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def update(vendor: Path) -> list[str]:
    """Take the files of the named versions again and lock what came."""
    lock = read_lock(vendor)
    for name, package in lock.items():
        with tempfile.TemporaryDirectory() as scratch:
            tarball = pack(f"{name}@{package['version']}", Path(scratch))
            for target, file in package["files"].items():
                if not file["source"]:
                    continue
                content = SOURCE_MAP.sub(b"", member(tarball, file["source"]))
                (vendor / target).parent.mkdir(parents=True, exist_ok=True)
                (vendor / target).write_bytes(content)
                file["sha256"] = sha256(content)
    text = json.dumps(lock, indent=2, ensure_ascii=False, sort_keys=True)
    (vendor / LOCK).write_text(text + "\n", encoding="utf-8")
    return []


def pack(package: str, folder: Path) -> Path:
    """Fetch a package as npm publishes it, running nothing of it."""
    options = ["--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    subprocess.run(["npm", "pack", *options, package], check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def member(tarball: Path, name: str) -> bytes:
    """Return one file of a package."""
    with tarfile.open(tarball) as archive:
        file = archive.extractfile(f"package/{name}")
        if file is None:
            raise FileNotFoundError(name)
        return file.read()


VERBS: dict[str, Callable[[Path], list[str]]] = {"check": check, "update": update}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print("Usage: python scripts/vendor_assets.py " + "|".join(VERBS))
        return 2
    faults = VERBS[arguments[0]](VENDOR)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
