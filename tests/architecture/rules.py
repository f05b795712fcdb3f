"""The rules of the house as functions from sources to violations: pure, so that each can be shown to fail."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVICES = ("actions", "feedback", "notifier")

# Sources by path relative to the checkout.
Sources = Mapping[str, str]

_NOT_OURS = {".git", ".hypothesis", ".venv", "var", "build", "__pycache__", "node_modules"}
_READS_ENVIRONMENT = re.compile(r"services/[a-z]+/entrypoints/[a-z]+\.py|shared/cli\.py|shared/web/server\.py")
_ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
# Links in these are relative to the file that holds them.
_RELATIVE_TO_FILE = {".md", ".yml", ".yaml", ".html"}


@cache
def _texts() -> dict[str, str]:
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in _NOT_OURS and not f.endswith((".egg-info", "_cache")))
        for name in sorted(names):
            path = Path(folder, name)
            try:
                found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def files(*suffixes: str) -> dict[str, str]:
    """The checkout's own text files with these suffixes (all, if none is named), by path."""
    return {path: text for path, text in _texts().items() if not suffixes or path.endswith(suffixes)}


def product() -> dict[str, str]:
    """The Python files of `shared` and `services`."""
    return {path: text for path, text in files(".py").items() if path.split("/")[0] in ("shared", "services")}


@cache
def imports(source: str, path: str = "") -> tuple[str, ...]:
    """The dotted names that a file imports, `from a import b` as `a.b`, relative ones made whole."""
    return tuple(_imports(source, path))


def _imports(source: str, path: str) -> Iterator[str]:
    package = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            ups = len(package) - node.level + (1 if path.endswith("__init__.py") else 0)
            base = [*package[:ups], node.module or ""] if node.level else [node.module or ""]
            yield from (".".join(filter(None, (*base, alias.name))) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def services_that_import_another(sources: Sources) -> list[str]:
    found = []
    for path, source in sources.items():
        parts = path.split("/")
        if parts[0] != "services" or len(parts) < 3:
            continue
        for name in imports(source, path):
            other = name.split(".")
            if other[0] == "services" and other[1:2] != [parts[1]]:
                found.append(f"{path} imports {name}")
    return found


def shared_that_imports_a_service(sources: Sources) -> list[str]:
    return [
        f"{path} imports {name}"
        for path, source in sources.items()
        if path.startswith("shared/")
        for name in imports(source, path)
        if name.split(".")[0] == "services"
    ]


def impure_domains(sources: Sources) -> list[str]:
    found = []
    for path, source in sources.items():
        match = re.match(r"services/([a-z]+)/domain/", path)
        if match is None:
            continue
        own = f"services.{match[1]}.domain"
        for name in imports(source, path):
            standard = name.split(".")[0] in sys.stdlib_module_names
            if not standard and name != own and not name.startswith(own + "."):
                found.append(f"{path} imports {name}")
    return found


def importers_of_kafka(sources: Sources) -> list[str]:
    return [
        path
        for path, source in sources.items()
        if not path.startswith("shared/messaging/")
        and any(name.split(".")[0] == "kafka" for name in imports(source, path))
    ]


def readers_of_the_environment(sources: Sources) -> list[str]:
    """Files that touch the process's environment and are not the entrypoints, the command line, or gunicorn's
    set-up, which points prometheus_client at its folder."""
    found = []
    for path, source in sources.items():
        if _READS_ENVIRONMENT.fullmatch(path):
            continue
        if _ENVIRONMENT & {*_attributes(source), *imports(source, path)}:
            found.append(path)
    return found


@cache
def _attributes(source: str) -> frozenset[str]:
    return frozenset(ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))


def reads_the_folder_beside(sources: Sources) -> list[str]:
    """Files that name the folder `shared` beside the checkout. A link that climbs from its own file no higher
    than the checkout's root means our own `shared/` and is fine."""
    beside = str(ROOT.parent / "shared")
    found = []
    for path, source in sources.items():
        linked = Path(path).suffix in _RELATIVE_TO_FILE
        allowed = path.count("/") if linked else 0
        climbs = [match[1].count("../") for match in re.finditer(r"((?:\.\./)+)shared(?![\w-])", source)]
        if beside + "/" in source or any(ups > allowed for ups in climbs):
            found.append(path)
    return found


def shapes(paths: Mapping[str, object]) -> dict[str, set[str]]:
    """For each service its folders and the files that every service has, by path inside the service."""
    found: dict[str, set[str]] = {}
    for path in paths:
        parts = path.split("/")
        if parts[0] == "services" and len(parts) > 2:
            inside = found.setdefault(parts[1], set())
            inside.add(parts[2] if len(parts) == 3 else parts[2] + "/")
            if len(parts) == 4 and parts[2] in ("web", "entrypoints"):
                inside.add("/".join(parts[2:]))
    return found
