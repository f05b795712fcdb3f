"""Who may import whom. Every rule is also shown to fail on a violation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.architecture import rules

RULES: dict[str, tuple[Callable[[rules.Sources], list[str]], tuple[tuple[str, str], ...]]] = {
    "no service imports another": (
        rules.services_that_import_another,
        (
            ("services/feedback/web/api.py", "from services.actions.domain.item import Item"),
            ("services/feedback/web/api.py", "import services.notifier.config"),
            ("services/feedback/adapters/x.py", "def late():\n    from services import actions"),
            ("services/actions/web/api.py", "from ...feedback import config"),
            ("services/actions/web/api.py", "import importlib\nimportlib.import_module('services.feedback')"),
        ),
    ),
    "the common library imports no service": (
        rules.shared_that_imports_a_service,
        (
            ("shared/cli.py", "from services.actions.bootstrap import build"),
            ("shared/web/app.py", "if True:\n    import services"),
        ),
    ),
    "a domain imports only the standard library and itself": (
        rules.impure_domains,
        (
            ("services/actions/domain/item.py", "from flask import g"),
            ("services/actions/domain/item.py", "from shared.clock import timestamp"),
            ("services/actions/domain/item.py", "from services.actions.adapters.items import Items"),
            ("services/actions/domain/item.py", "from services.feedback.domain.submission import KINDS"),
            ("services/actions/domain/item.py", "from ..adapters import items"),
        ),
    ),
    "only shared/messaging imports kafka": (
        rules.importers_of_kafka,
        (
            ("shared/outbox/relay.py", "from kafka import KafkaProducer"),
            ("services/actions/bootstrap.py", "import kafka.errors"),
        ),
    ),
    "only entrypoints and the command line read the environment": (
        rules.readers_of_the_environment,
        (
            ("shared/settings.py", "import os\nHOME = os.environ['HOME']"),
            ("services/actions/config.py", "import os\ndef read():\n    return os.getenv('PORT')"),
            ("services/actions/bootstrap.py", "from os import environ"),
            ("shared/process.py", "from os import getenv as setting"),
        ),
    ),
}
# What looks alike and is allowed.
ALLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "no service imports another": (("services/feedback/web/api.py", "from services.feedback.domain import x"),),
    "the common library imports no service": (("shared/service.py", "from shared import clock"),),
    "a domain imports only the standard library and itself": (
        ("services/actions/domain/item.py", "import datetime\nfrom services.actions.domain.errors import Unmet"),
        ("services/actions/adapters/items.py", "import pymongo"),
    ),
    "only shared/messaging imports kafka": (
        ("shared/messaging/kafka_admin.py", "import kafka"),
        ("shared/service.py", "from shared.messaging.kafka_admin import KafkaTopicAdmin"),
    ),
    "only entrypoints and the command line read the environment": (
        ("services/actions/entrypoints/relay.py", "import os\nos.environ"),
        ("shared/cli.py", "import os\nos.environ"),
        ("shared/crash.py", "import os\nos.getpid()"),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps_the_rule(rule):
    assert RULES[rule][0](rules.product()) == []


def test_the_rules_look_at_the_code_of_every_service_and_of_the_library():
    paths = rules.product()
    assert {path.split("/")[1] for path in paths if path.startswith("services/")} >= set(rules.SERVICES)
    assert {"shared/messaging/kafka_consumer.py", "services/actions/domain/lifecycle.py"} <= set(paths)


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [(rule, path, source) for rule, (_, wrong) in RULES.items() for path, source in wrong],
)
def test_a_violation_is_found_beside_code_that_keeps_the_rule(rule, path, source):
    violations = RULES[rule][0]({**rules.product(), path: source})
    assert len(violations) == 1
    assert path in violations[0]


@pytest.mark.parametrize(
    ("rule", "path", "source"), [(rule, *allowed) for rule, cases in ALLOWED.items() for allowed in cases]
)
def test_what_only_looks_like_a_violation_is_allowed(rule, path, source):
    assert RULES[rule][0]({path: source}) == []
