"""Importing a module never opens a connection, and needs no setting."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture import rules

# Run in a process of its own: here most modules are imported already.
IMPORT_ALL = """
import os, socket, sys

os.environ.clear()

def refuse(*arguments, **options):
    raise AssertionError("a connection was opened on import")

for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.create_connection = socket.getaddrinfo = refuse

sys.path[:0] = sys.argv[1].split(":")
import importlib
for name in sys.argv[2].split(","):
    importlib.import_module(name)
print("imported", len(sys.argv[2].split(",")))
"""


def import_all(names: list[str], *folders: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", IMPORT_ALL, ":".join((*folders, str(rules.ROOT))), ",".join(names)]
    return subprocess.run(command, capture_output=True, text=True, cwd=rules.ROOT)


def modules() -> list[str]:
    return [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in rules.product()]


def test_importing_every_module_opens_no_connection():
    done = import_all(modules())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"imported {len(modules())}"
    assert len(modules()) > 100


def test_a_module_that_connects_on_import_is_found(tmp_path):
    (tmp_path / "eager.py").write_text("import socket\nsocket.create_connection(('127.0.0.1', 9))\n")
    (tmp_path / "asking.py").write_text("import os\nos.environ['MONGODB_URI']\n")
    assert "a connection was opened on import" in import_all(["eager"], str(tmp_path)).stderr
    assert "KeyError: 'MONGODB_URI'" in import_all(["asking"], str(tmp_path)).stderr
