"""The deployment files: whole, valid, closed to the outside, and true to the code.

Each check is a function from documents to the problems found, so that the same function can be shown a broken
document: a check that cannot fail proves nothing.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from flask.testing import FlaskClient

from deploy.local.ports import ROLES
from services.feedback.bootstrap import build
from services.feedback.config import Config
from services.feedback.web.app import create_app
from shared.errors import SettingError
from shared.settings import SETTINGS, Environment, read_web
from tests.conftest import skip

ROOT = Path(__file__).parent.parent.parent
COMPOSE = ROOT / "docker-compose.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus"
KUBERNETES_VERSION = "1.32"

Document = dict[str, Any]

SERVICES = tuple(dict.fromkeys(service for service, _, _ in ROLES))
PROCESSES = {f"{service}-{role}" for service, role, _ in ROLES}
MODULES = {"web": "wsgi"}


def command_of(process: str) -> list[str]:
    service, role = process.split("-")
    return ["python", "-m", f"services.{service}.entrypoints.{MODULES.get(role, role)}"]


# --- the documents -----------------------------------------------------------------------------------------


@cache
def _compose() -> Document:
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture
def compose() -> Document:
    return copy.deepcopy(_compose())


@cache
def _manifests() -> list[Document]:
    if shutil.which("kubectl") is None:
        skip("there is no kubectl here, which renders deploy/k8s")
    command = ["kubectl", "kustomize", str(ROOT / "deploy" / "k8s")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture
def manifests() -> list[Document]:
    return copy.deepcopy(_manifests())


def of_kind(manifests: list[Document], kind: str) -> dict[str, Document]:
    return {m["metadata"]["name"]: m for m in manifests if m["kind"] == kind}


def pod_of(manifest: Document) -> Document:
    return manifest["spec"]["template"]["spec"]


def pods(manifests: list[Document]) -> Iterator[tuple[str, Document]]:
    for kind in ("Deployment", "Job"):
        for name, manifest in of_kind(manifests, kind).items():
            yield name, pod_of(manifest)


def is_ours(service: Document) -> bool:
    return service["image"].startswith("sankalp-")


# --- the checks --------------------------------------------------------------------------------------------


def schema_problems(document: Document) -> list[str]:
    """What the compose-spec's own schema says against a compose file."""
    schema = json.loads((files("check_jsonschema.builtin_schemas") / "vendor" / "compose-spec.json").read_text())
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def manifest_problems(manifests: Iterable[Document]) -> list[str]:
    """What Kubernetes' own schemas say, unknown fields included."""
    found = []
    for manifest in manifests:
        try:
            kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{manifest['kind']} {manifest['metadata']['name']}: {error.message}")
    return found


def compose_role_problems(document: Document) -> list[str]:
    """Roles that the code has and compose has not, or the other way round; set-up steps that are missing."""
    ours = {name: service for name, service in document["services"].items() if is_ours(service)}
    wanted = {process: command_of(process) for process in PROCESSES}
    wanted |= {f"{service}-setup": ["sankalp", "setup", "--service", service] for service in SERVICES}
    return _differences(wanted, {name: service["command"] for name, service in ours.items()})


def manifest_role_problems(manifests: list[Document]) -> list[str]:
    wanted = {process: command_of(process) for process in PROCESSES}
    wanted |= {f"{service}-setup": ["sankalp", "setup", "--service", service] for service in SERVICES}
    return _differences(wanted, {name: pod["containers"][0]["command"] for name, pod in pods(manifests)})


def _differences(wanted: dict[str, list[str]], found: dict[str, list[str]]) -> list[str]:
    names = sorted(wanted.keys() | found.keys())
    return [f"{name}: {found.get(name)}" for name in names if wanted.get(name) != found.get(name)]


def environments(document: Document, manifests: list[Document]) -> Iterator[tuple[str, str, Any]]:
    """(where, key, value) of every environment entry of our own containers."""
    for name, service in document["services"].items():
        if is_ours(service):
            for key, value in service["environment"].items():
                yield f"compose {name}", key, value
    for key, value in of_kind(manifests, "ConfigMap")["sankalp"]["data"].items():
        yield "ConfigMap", key, value
    for name, pod in pods(manifests):
        for entry in pod["containers"][0]["env"]:
            yield f"k8s {name}", entry["name"], entry["value"]


def environment_problems(entries: Iterable[tuple[str, str, Any]]) -> list[str]:
    """Keys that no setting declares, values that are no strings, and doors left open."""
    found = []
    for where, key, value in entries:
        if key.removesuffix("_FILE") not in SETTINGS and not key.startswith("PYTHON"):
            found.append(f"{where}: {key} is no setting")
        if not isinstance(value, str):
            found.append(f"{where}: {key} is {value!r}, no text")
        if key == "ACCESS" and value != "sign-in":
            found.append(f"{where}: ACCESS is {value}")
        if key in ("SECRET_KEY", "SMTP_PASSWORD"):
            found.append(f"{where}: {key} stands in the file")
    return found


def open_access(text: str) -> bool:
    """Whether a file's text sets ACCESS to loopback, in whatever notation."""
    return re.search(r"""ACCESS["']?\s*(?:[:=]|,\s*value:)\s*["']?loopback""", text) is not None


def compose_container_problems(document: Document) -> list[str]:
    """Containers without limits, restart policy or (where they stay) health check; ports open to other machines."""
    found = []
    for name, service in document["services"].items():
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        if not {"cpus", "memory"} <= limits.keys():
            found.append(f"{name}: no limits")
        once = service.get("restart", "").startswith("on-failure")
        if not once and service.get("restart") != "unless-stopped":
            found.append(f"{name}: no restart policy")
        if not once and "test" not in service.get("healthcheck", {}):
            found.append(f"{name}: no health check")
        if is_ours(service) and not (service.get("read_only") and service.get("cap_drop") == ["ALL"]):
            found.append(f"{name}: may write or has capabilities")
        found += [f"{name}: {port}" for port in service.get("ports", []) if not str(port).startswith("127.0.0.1:")]
    return found


def manifest_container_problems(manifests: list[Document]) -> list[str]:
    """Pods without probes, limits or the restricted security context."""
    found = []
    for name, pod in pods(manifests):
        (container,) = pod["containers"]
        security, pod_security = container.get("securityContext", {}), pod.get("securityContext", {})
        checks = {
            "limits": {"cpu", "memory"} <= container.get("resources", {}).get("limits", {}).keys(),
            "requests": {"cpu", "memory"} <= container.get("resources", {}).get("requests", {}).keys(),
            "runAsNonRoot": pod_security.get("runAsNonRoot") is True,
            "seccomp": pod_security.get("seccompProfile") == {"type": "RuntimeDefault"},
            "readOnlyRootFilesystem": security.get("readOnlyRootFilesystem") is True,
            "allowPrivilegeEscalation": security.get("allowPrivilegeEscalation") is False,
            "capabilities": security.get("capabilities") == {"drop": ["ALL"]},
            "writable /tmp": any(mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", [])),
            "tag": container["image"].rpartition(":")[2] not in ("", "latest", container["image"]),
        }
        if not name.endswith("-setup"):
            port = "http" if name.endswith("-web") else "internal"
            for probe, path in {"livenessProbe": "/healthz", "readinessProbe": "/readyz"}.items():
                get = container.get(probe, {}).get("httpGet", {})
                checks[probe] = (get.get("path"), get.get("port")) == (path, port)
            checks["terminationGracePeriodSeconds"] = pod.get("terminationGracePeriodSeconds", 0) > 35
        found += [f"{name}: {check}" for check, good in checks.items() if not good]
    return found


def probe_host_problems(manifests: list[Document]) -> list[str]:
    """Web probes whose Host the web would refuse: the kubelet's own is the pod's address."""
    trusted = of_kind(manifests, "ConfigMap")["sankalp"]["data"]["TRUSTED_HOSTS"].split(",")
    found = []
    for name, manifest in of_kind(manifests, "Deployment").items():
        if name.endswith("-web"):
            container = pod_of(manifest)["containers"][0]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                headers = container[probe]["httpGet"].get("httpHeaders", [])
                if not any(header["name"] == "Host" and header["value"] in trusted for header in headers):
                    found.append(f"{name}: {probe}")
    return found


def dockerfile_sources(text: str) -> list[str]:
    """What the Dockerfile copies from the checkout."""
    copies = re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
    return [source for line in copies for source in line.split()[:-1]]


# --- compose -----------------------------------------------------------------------------------------------


def test_compose_follows_the_compose_specification(compose: Document) -> None:
    assert schema_problems(compose) == []
    compose["services"]["kafka"]["heathcheck"] = {}
    assert schema_problems(compose)


def test_compose_runs_every_role_and_every_set_up_step(compose: Document) -> None:
    assert compose_role_problems(compose) == []
    del compose["services"]["notifier-sender"]
    compose["services"]["actions-relay"]["command"][-1] = "services.feedback.entrypoints.relay"
    assert [problem.split(":")[0] for problem in compose_role_problems(compose)] == ["actions-relay", "notifier-sender"]


def test_every_container_of_compose_is_limited_checked_and_restarted_and_no_port_is_public(compose: Document) -> None:
    assert compose_container_problems(compose) == []
    del compose["services"]["kafka"]["deploy"], compose["services"]["mail"]["healthcheck"]
    compose["services"]["mongodb"]["ports"] = ["27017:27017"]
    compose["services"]["feedback-web"]["restart"] = "no"
    assert compose_container_problems(compose) == [
        "feedback-web: no restart policy",
        "mongodb: 27017:27017",
        "kafka: no limits",
        "mail: no health check",
    ]


def test_only_the_front_door_the_mail_page_and_prometheus_publish_a_port(compose: Document) -> None:
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"front-door", "mail", "prometheus"}
    assert compose["networks"]["inside"]["internal"] is True
    assert all("outside" not in service["networks"] for service in compose["services"].values() if is_ours(service))


def test_roles_wait_for_their_set_up_and_the_set_up_for_the_servers(compose: Document) -> None:
    for process in PROCESSES:
        assert compose["services"][process]["depends_on"] == {
            f"{process.split('-')[0]}-setup": {"condition": "service_completed_successfully"}
        }
    for service in SERVICES:
        assert compose["services"][f"{service}-setup"]["depends_on"] == {
            "mongodb-replica-set": {"condition": "service_completed_successfully"},
            "kafka": {"condition": "service_healthy"},
        }


def test_the_dockerfile_copies_only_what_is_there_and_one_service(compose: Document) -> None:
    sources = dockerfile_sources((ROOT / "Dockerfile").read_text())
    assert set(sources) == {
        "requirements/",
        "pyproject.toml",
        "LICENSE",
        "shared/",
        "services/__init__.py",
        "services/${SERVICE}/",
    }
    for service in SERVICES:
        assert compose["services"][f"{service}-setup"]["build"]["args"] == {"SERVICE": service}
        assert all((ROOT / source.replace("${SERVICE}", service)).exists() for source in sources)
    assert dockerfile_sources("COPY --from=build /a /a\nCOPY . .\n") == ["."]


# --- Kubernetes --------------------------------------------------------------------------------------------


def test_every_manifest_follows_kubernetes_schema(manifests: list[Document]) -> None:
    assert manifest_problems(manifests) == []
    of_kind(manifests, "Deployment")["feedback-web"]["spec"]["replica"] = 2
    of_kind(manifests, "Service")["feedback-web"]["spec"]["ports"][0]["port"] = "http"
    assert [problem.split(":")[0] for problem in manifest_problems(manifests)] == [
        "Service feedback-web",
        "Deployment feedback-web",
    ]


def test_kubernetes_runs_every_role_and_every_set_up_step(manifests: list[Document]) -> None:
    assert manifest_role_problems(manifests) == []
    manifests.remove(of_kind(manifests, "Job")["actions-setup"])
    pod_of(of_kind(manifests, "Deployment")["notifier-sender"])["containers"][0]["command"] = ["sh"]
    assert manifest_role_problems(manifests) == ["actions-setup: None", "notifier-sender: ['sh']"]


def test_every_pod_has_probes_limits_and_the_restricted_security_context(manifests: list[Document]) -> None:
    assert manifest_container_problems(manifests) == []
    deployments = of_kind(manifests, "Deployment")
    del pod_of(deployments["feedback-web"])["containers"][0]["readinessProbe"]
    del pod_of(deployments["actions-relay"])["containers"][0]["resources"]["limits"]
    pod_of(deployments["notifier-sender"])["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
    pod_of(of_kind(manifests, "Job")["actions-setup"])["securityContext"]["runAsNonRoot"] = False
    assert sorted(manifest_container_problems(manifests)) == [
        "actions-relay: limits",
        "actions-setup: runAsNonRoot",
        "feedback-web: readinessProbe",
        "notifier-sender: readOnlyRootFilesystem",
    ]


def test_web_probes_carry_a_host_that_is_answered(manifests: list[Document]) -> None:
    assert probe_host_problems(manifests) == []
    del pod_of(of_kind(manifests, "Deployment")["actions-web"])["containers"][0]["livenessProbe"]["httpGet"][
        "httpHeaders"
    ]
    assert probe_host_problems(manifests) == ["actions-web: livenessProbe"]


def test_the_web_has_two_replicas_a_budget_a_service_and_its_prefix(manifests: list[Document]) -> None:
    for service in SERVICES:
        name = f"{service}-web"
        web = of_kind(manifests, "Deployment")[name]
        labels = web["spec"]["template"]["metadata"]["labels"]
        budget, door = of_kind(manifests, "PodDisruptionBudget")[name], of_kind(manifests, "Service")[name]
        assert web["spec"]["replicas"] == 2
        assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert door["spec"]["selector"].items() <= labels.items()
        ingress = of_kind(manifests, "Ingress")[service]
        told = ingress["metadata"]["annotations"]["haproxy.org/request-set-header"]
        path = ingress["spec"]["rules"][0]["http"]["paths"][0]
        assert told == f"X-Forwarded-Prefix /{service}"
        assert (path["path"], path["backend"]["service"]["name"]) == (f"/{service}", name)
        pattern, target = ingress["metadata"]["annotations"]["haproxy.org/path-rewrite"].split()
        for asked, wanted in {f"/{service}": "/", f"/{service}/": "/", f"/{service}/api/v1/x": "/api/v1/x"}.items():
            assert re.sub(pattern, target, asked) == wanted


def test_only_prometheus_reaches_internal_ports_and_only_the_ingress_the_web(manifests: list[Document]) -> None:
    policies = of_kind(manifests, "NetworkPolicy")
    allowed = {
        port["port"]: [sorted(source) for source in rule["from"]]
        for policy in policies.values()
        for rule in policy["spec"].get("ingress", [])
        for port in rule["ports"]
    }
    assert allowed == {"http": [["namespaceSelector"]], "internal": [["namespaceSelector", "podSelector"]]}
    assert policies["nobody-by-default"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    assert all(port["name"] == "http" for s in of_kind(manifests, "Service").values() for port in s["spec"]["ports"])


def test_no_manifest_holds_a_secret(manifests: list[Document]) -> None:
    assert of_kind(manifests, "Secret") == {}


# --- settings ----------------------------------------------------------------------------------------------


def test_every_environment_key_is_a_declared_setting_and_sign_in_stays_required(
    compose: Document, manifests: list[Document]
) -> None:
    entries = list(environments(compose, manifests))
    assert environment_problems(entries) == []
    wrong = [("x", "MONGO_URL", "a"), ("x", "ACCESS", "loopback"), ("x", "PORT", 8000), ("x", "SECRET_KEY", "abc")]
    assert len(environment_problems([*entries, *wrong])) == 4


def test_each_web_process_is_told_the_access_the_secret_file_and_where_to_listen(
    compose: Document, manifests: list[Document]
) -> None:
    for service in SERVICES:
        environment = compose["services"][f"{service}-web"]["environment"]
        assert compose["services"][f"{service}-web"]["secrets"] == ["secret_key"]
        assert environment["ACCESS"] == "sign-in"
        assert environment["SECRET_KEY_FILE"] == "/run/secrets/secret_key"
        assert environment["BIND_HOST"] == "0.0.0.0"
        container = pod_of(of_kind(manifests, "Deployment")[f"{service}-web"])["containers"][0]
        assert {"name": "SECRET_KEY_FILE", "value": "/run/secrets/web/secret-key"} in container["env"]


def test_no_file_opens_a_service_without_sign_in() -> None:
    texts = [ROOT / "Dockerfile", COMPOSE, *(ROOT / "deploy" / "k8s").rglob("*.yaml")]
    assert [path.name for path in texts if open_access(path.read_text())] == []
    for text in ("ACCESS: loopback", 'ACCESS: "loopback"', "ENV ACCESS=loopback", "{name: ACCESS, value: loopback}"):
        assert open_access(text)
    assert not open_access("ACCESS: sign-in")


# --- Prometheus --------------------------------------------------------------------------------------------


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        skip("there is no promtool here (Debian and Ubuntu: package prometheus)")
    return subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.mark.promtool
def test_promtool_accepts_the_configuration_and_the_rules(tmp_path: Path) -> None:
    for check, name in (("config", "prometheus.yml"), ("rules", "alerts.yml")):
        done = promtool("check", check, PROMETHEUS / name)
        assert done.returncode == 0, done.stdout + done.stderr
        broken = tmp_path / name
        broken.write_text((PROMETHEUS / name).read_text().replace("regex:", "regexp:").replace("sum by", "sum buy"))
        assert promtool("check", check, broken).returncode != 0


@pytest.mark.promtool
def test_every_alert_is_quiet_first_and_fires_when_it_should(tmp_path: Path) -> None:
    tests = PROMETHEUS / "alerts_test.yml"
    done = promtool("test", "rules", tests)
    assert done.returncode == 0, done.stdout + done.stderr
    tested = {
        rule["alertname"] for test in yaml.safe_load(tests.read_text())["tests"] for rule in test["alert_rule_test"]
    }
    assert tested == {rule["alert"] for rule in alerts()}
    shutil.copy(tests, tmp_path)
    deaf = (
        (PROMETHEUS / "alerts.yml")
        .read_text()
        .replace("sankalp_consumer_stopped) > 0", "sankalp_consumer_stopped) > 1")
    )
    (tmp_path / "alerts.yml").write_text(deaf)
    assert promtool("test", "rules", tmp_path / tests.name).returncode != 0


def alerts() -> list[Document]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alert_problems(rules: Iterable[Document], metric_names: str) -> list[str]:
    """Alerts on a metric that the code has not, or without severity, owner and runbook."""
    found = []
    for rule in rules:
        for name in set(re.findall(r"\bsankalp_\w+", rule["expr"])):
            if f'"{name}"' not in metric_names:
                found.append(f"{rule['alert']}: {name} is no metric")
        if rule["labels"].get("severity") not in ("critical", "warning") or not rule["labels"].get("owner"):
            found.append(f"{rule['alert']}: severity or owner")
        if not re.fullmatch(r"docs/operations\.md#[a-z-]+", rule["annotations"].get("runbook", "")):
            found.append(f"{rule['alert']}: runbook")
    return found


def test_alerts_name_real_metrics_a_severity_an_owner_and_a_runbook() -> None:
    names = (ROOT / "shared" / "metrics.py").read_text()
    assert alert_problems(alerts(), names) == []
    wrong = {"alert": "Wrong", "expr": "sankalp_outbox_oldest > 1", "labels": {"severity": "bad"}, "annotations": {}}
    assert len(alert_problems([wrong], names)) == 3


def test_every_runbook_is_written() -> None:
    page = ROOT / "docs" / "operations.md"
    if not page.exists():
        skip("docs/operations.md, which the alerts point to, is not there")
    anchors = anchors_of(page.read_text())
    runbooks = {rule["annotations"]["runbook"].partition("#")[2] for rule in alerts()}
    assert runbooks - anchors == set()


def anchors_of(page: str) -> set[str]:
    """The anchors of a page's headings, as code forges make them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", page, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a (?:id|name)="([^"]+)"', page))


def test_anchors_are_made_of_headings() -> None:
    assert anchors_of('# A\n## Outbox age!\ntext\n<a id="old-name"></a>\n') == {"a", "outbox-age", "old-name"}


def scrape_problems(config: Document, document: Document) -> list[str]:
    """Processes of compose that Prometheus does not scrape on their internal port, and targets that are none."""
    job = next(job for job in config["scrape_configs"] if job["job_name"] == "sankalp")
    scraped = set(job["static_configs"][0]["targets"])
    wanted = {f"{p}:{document['services'][p]['environment']['INTERNAL_PORT']}" for p in PROCESSES}
    return sorted(scraped ^ wanted)


def test_prometheus_scrapes_every_process_of_compose(compose: Document) -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert scrape_problems(config, compose) == []
    config["scrape_configs"][0]["static_configs"][0]["targets"].remove("actions-relay:9100")
    assert scrape_problems(config, compose) == ["actions-relay:9100"]


# --- what a deployed web process answers -------------------------------------------------------------------

DEPLOYED = {
    "MONGODB_URI": "mongodb://127.0.0.1:1/?replicaSet=rs0",  # nothing answers there
    "BIND_HOST": "0.0.0.0",
    "PORT": "8000",
    "PUBLIC_URL": "https://sankalp.example.org",
    "TRUSTED_HOSTS": "sankalp.example.org,localhost",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
}


@pytest.fixture
def deployed() -> Iterator[FlaskClient]:
    """The feedback web app as it is deployed, without a database."""
    feedback = build(Config.read(DEPLOYED))
    app = create_app(feedback, read_web(Environment(DEPLOYED)))
    with app.test_client() as client:
        yield client
    feedback.service.database.client.close()


@pytest.mark.parametrize("path", ["/", "/submissions", "/new/request", "/nothing-here"])
def test_without_sign_in_pages_answer_401(deployed: FlaskClient, path: str) -> None:
    answer = deployed.get(path)
    assert answer.status_code == 401
    assert answer.mimetype == "text/html"
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/feedback", "/api/v1/meetings", "/api/openapi.json", "/api/docs"])
def test_without_sign_in_api_and_its_documents_answer_401_as_problems(deployed: FlaskClient, path: str) -> None:
    answer = deployed.get(path)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == 401


def test_without_sign_in_nothing_can_be_submitted(deployed: FlaskClient) -> None:
    answer = deployed.post("/api/v1/feedback", json={}, headers={"Idempotency-Key": "k", "Authorization": "Bearer x"})
    assert answer.status_code == 401


def test_without_sign_in_probes_answer_and_say_what_is_missing(deployed: FlaskClient) -> None:
    assert deployed.get("/healthz").status_code == 200
    answer = deployed.get("/readyz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "MongoDB does not answer")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BIND_HOST", "0.0.0.0"),
        ("PUBLIC_URL", "https://sankalp.example.org"),
        ("TRUSTED_HOSTS", "127.0.0.1,sankalp.example.org"),
    ],
)
def test_a_service_without_sign_in_refuses_to_start_where_others_may_reach_it(key: str, value: str) -> None:
    alone = {
        "ACCESS": "loopback",
        "BIND_HOST": "127.0.0.1",
        "PORT": "8001",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "TRUSTED_HOSTS": "127.0.0.1,localhost",
        "SECRET_KEY": DEPLOYED["SECRET_KEY"],
    }
    assert read_web(Environment(alone)).open_on_loopback
    with pytest.raises(SettingError, match=key):
        read_web(Environment({**alone, key: value}))
