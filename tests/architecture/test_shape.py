"""The same shape in every service, and a checkout that stands on its own."""

from __future__ import annotations

import tomllib

from tests.architecture import rules

COMMON = {
    "__init__.py",
    "config.py",
    "bootstrap.py",
    "domain/",
    "application/",
    "adapters/",
    "web/",
    "entrypoints/",
    *(f"web/{name}.py" for name in ("__init__", "api", "app", "pages", "present", "schemas")),
    *(f"entrypoints/{name}.py" for name in ("__init__", "wsgi", "relay", "consumer")),
}
# What a service has only where it needs it.
OPTIONAL = {"data/", "web/problems.py", "web/commands.py", "web/intake.py"}
OPTIONAL |= {"entrypoints/dispatcher.py", "entrypoints/sender.py"}


def differences(found: dict[str, set[str]]) -> list[str]:
    told = [f"{name} lacks {path}" for name, paths in found.items() for path in sorted(COMMON - paths)]
    told += [f"{name} has {path}" for name, paths in found.items() for path in sorted(paths - COMMON - OPTIONAL)]
    return told


def test_every_service_has_the_same_shape():
    found = rules.shapes(rules.product())
    assert set(found) == set(rules.SERVICES)
    assert differences(found) == []


def test_a_missing_and_a_surplus_file_are_found():
    paths = {path: "" for path in rules.product() if path != "services/actions/config.py"}
    paths["services/feedback/helpers.py"] = ""
    paths["services/notifier/utils/text.py"] = ""
    assert set(differences(rules.shapes(paths))) == {
        "actions lacks config.py",
        "feedback has helpers.py",
        "notifier has utils/",
    }


def test_each_entrypoint_can_be_run_as_a_module():
    entrypoints = {p: s for p, s in rules.product().items() if "/entrypoints/" in p and not p.endswith("__init__.py")}
    assert len(entrypoints) == 11
    assert [p for p, s in entrypoints.items() if 'if __name__ == "__main__":\n    main()' not in s] == []


def test_each_service_announces_itself_to_the_command_line():
    project = tomllib.loads((rules.ROOT / "pyproject.toml").read_text())["project"]
    announced = project["entry-points"]["sankalp.services"]
    assert announced == {name: f"services.{name}.bootstrap:service" for name in rules.SERVICES}


def test_nothing_in_the_checkout_reads_the_folder_beside_it():
    assert rules.reads_the_folder_beside(rules.files()) == []


UP = "../"


def test_a_path_out_of_the_checkout_is_found_and_a_link_within_it_is_not():
    sources = {
        "tests/unit/test_x.py": f"open('{UP}shared/design/style.md')",
        "shared/x.py": f"PATH = '{rules.ROOT.parent}/shared/design/style.md'",
        "Makefile": f"check:\n\tcat {UP}shared/data.json",
        "README.md": f"[design]({UP}shared/design/style.md)",
        "docs/flow.md": f"[relay]({UP}shared/outbox/relay.py)",
        "docs/decisions/0001-one.md": f"[relay]({UP}{UP}shared/outbox/relay.py) [this]({UP}flow.md)",
        "docs/reports/bad.md": f"[design]({UP}{UP}{UP}shared/design)",
        "shared/y.py": "from shared.outbox import relay  # in shared/outbox",
    }
    found = rules.reads_the_folder_beside(sources)
    assert found == ["tests/unit/test_x.py", "shared/x.py", "Makefile", "README.md", "docs/reports/bad.md"]
