"""The whole local stack: servers, the set-up step, every role of the three services, the front door."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import apache_kafka, broker, mongo
from deploy.local.ports import HOST, ROLES, Ports, require_free
from deploy.local.programs import Unusable, caddy
from deploy.local.supervisor import Child, Supervisor

_ROOT = Path(__file__).parent.parent.parent
_MODULES = {"web": "wsgi"}


@dataclass(frozen=True)
class Options:
    """`broker_kind` is `tansu` or `kafka`; `folder` holds data and logs; `extra` are further settings."""

    folder: Path
    ports: Ports = field(default_factory=Ports)
    broker_kind: str = "tansu"
    web_workers: int = 2
    extra: tuple[tuple[str, str], ...] = ()


class Stack:
    """Started by `start`, watched by `supervisor.check`, ended by `stop`. `say` gets each line of progress."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options = options
        self.ports = options.ports
        self.supervisor = Supervisor()
        self._say = say

    def start(self) -> None:
        """Start everything and return when all is ready. Raises Unusable with what to do."""
        require_free(self.ports)
        self._step("MongoDB", self._start_mongo)
        self._step("Kafka broker", self._start_broker)
        self._step("mail sink", self._start_mail_sink)
        self._step("indexes, topics and first data", self._set_up)
        self._step("front door", self._start_front_door)
        self._step("services", self._start_roles)

    def stop(self) -> None:
        self.supervisor.stop()

    def child(self, name: str) -> Child:
        return next(child for child in self.supervisor.children if child.name == name)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every process of the stack."""
        return {
            "MONGODB_URI": mongo.uri(self.ports.mongodb),
            "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self.ports.kafka}",
            "KAFKA_SESSION_TIMEOUT_MS": "6000",
            "KAFKA_FETCH_MAX_WAIT_MS": "25" if self.options.broker_kind == "tansu" else "100",
            "BIND_HOST": HOST,
            "PUBLIC_URL": self.public_url,
            "TRUSTED_HOSTS": "127.0.0.1,localhost",
            "ACCESS": "loopback",
            "SECRET_KEY_FILE": str(self._secret()),
            "WEB_WORKERS": str(self.options.web_workers),
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(self.ports.smtp),
            "PYTHONUNBUFFERED": "1",
            **dict(self.options.extra),
        }

    @property
    def public_url(self) -> str:
        return f"http://{HOST}:{self.ports.front_door}"

    def role(self, service: str, role: str) -> Child:
        """The process of one role."""
        env = {**self.environment, "INTERNAL_PORT": str(self.ports.internal(service, role))}
        if role == "web":
            env["PORT"] = str(self.ports.web(service))
            env["METRICS_DIR"] = str(self.options.folder / "metrics" / service)
        module = f"services.{service}.entrypoints.{_MODULES.get(role, role)}"
        return Child(f"{service} {role}", [sys.executable, "-m", module], env, self._log(f"{service}-{role}"))

    def addresses(self) -> list[tuple[str, str]]:
        """What people want to open, in the order of interest."""
        mail = self.options.folder / "mail"
        return [
            ("Start here", f"{self.public_url}/"),
            ("Action items", f"{self.public_url}/actions/items"),
            ("Inbox", f"{self.public_url}/notifier/inbox"),
            ("Mail sent (sink)", f"http://{HOST}:{self.ports.mail}/  (kept in {_short(mail)})"),
            *(
                (f"API of {service}", f"http://{HOST}:{self.ports.web(service)}/api/docs")
                for service in ("feedback", "actions", "notifier")
            ),
            *(
                (f"Metrics: {service} {role}", f"http://{HOST}:{self.ports.internal(service, role)}/metrics")
                for service, role, _ in ROLES
            ),
            ("MongoDB", self.environment["MONGODB_URI"]),
            ("Kafka broker", f"{HOST}:{self.ports.kafka} ({self.options.broker_kind})"),
            ("Logs", _short(self.options.folder / "log")),
        ]

    def _step(self, what: str, do: Callable[[], None]) -> None:
        started = time.monotonic()
        self._say(f"  starting {what} …")
        do()
        self._say(f"  {what} ready ({time.monotonic() - started:.1f} s)")

    def _start_mongo(self) -> None:
        child = mongo.child(self.ports.mongodb, self.options.folder / "mongo", self._log("mongodb"))
        self.supervisor.start(child)
        mongo.wait_until_primary(self.ports.mongodb, child)

    def _start_broker(self) -> None:
        log = self._log("broker")
        if self.options.broker_kind == "kafka":
            self._say("  fetching Apache Kafka, the first time takes a minute …")
            jars = apache_kafka.fetch(_ROOT / "var" / "kafka-jars")
            data = self.options.folder / "kafka"
            child = apache_kafka.child(jars, data, self.ports.kafka, self.ports.kafka_controller, log)
        else:
            child = broker.tansu_child(self.ports.kafka, log)
        self.supervisor.start(child)
        broker.wait_until_listening(self.ports.kafka, child, 60)

    def _start_mail_sink(self) -> None:
        folder = self.options.folder / "mail"
        arguments = [str(folder), str(self.ports.smtp), str(self.ports.mail)]
        command = [sys.executable, "-m", "deploy.local.mail_sink", *arguments]
        child = Child("mail", command, {}, self._log("mail"))
        self.supervisor.start(child)
        broker.wait_until_listening(self.ports.smtp, child, 20)

    def _set_up(self) -> None:
        command = [sys.executable, "-m", "shared.cli", "setup"]
        for attempt in range(5):  # a broker that has just begun to listen may not be a leader yet
            done = subprocess.run(command, env={**os.environ, **self.environment}, capture_output=True, text=True)
            if done.returncode == 0:
                return
            time.sleep(1 + attempt)
        raise Unusable(f"The set-up step failed:\n{(done.stdout + done.stderr).strip()}")

    def _start_front_door(self) -> None:
        env = {
            "FRONT_DOOR_PORT": str(self.ports.front_door),
            "FRONT_DOOR_BIND": HOST,
            "HOME": str(self.options.folder / "caddy"),
            **{f"{s.upper()}_UPSTREAM": f"{HOST}:{self.ports.web(s)}" for s in ("feedback", "actions", "notifier")},
        }
        config = _ROOT / "deploy" / "front-door" / "Caddyfile"
        command = [caddy(), "run", "--config", str(config), "--adapter", "caddyfile"]
        child = Child("front-door", command, env, self._log("front-door"))
        self.supervisor.start(child)
        broker.wait_until_listening(self.ports.front_door, child, 20)

    def _start_roles(self) -> None:
        for service, role, _ in ROLES:
            self.supervisor.start(self.role(service, role))
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 90.0) -> None:
        """Wait for /readyz of every role, restarting what ends meanwhile. Raises Unusable."""
        deadline = time.monotonic() + seconds
        waiting = {(service, role): "no answer" for service, role, _ in ROLES}
        while waiting:
            for line in self.supervisor.check():
                self._say(f"  {line}")
            for service, role in list(waiting):
                reason = readiness(self.ports.internal(service, role))
                if reason is None:
                    del waiting[service, role]
                else:
                    waiting[service, role] = reason
            if waiting and time.monotonic() > deadline:
                names = "; ".join(f"{s} {r}: {reason}" for (s, r), reason in waiting.items())
                raise Unusable(f"Not ready after {seconds:.0f} s: {names}. Logs are in {self.options.folder / 'log'}.")
            time.sleep(0.1)

    def _log(self, name: str) -> Path:
        return self.options.folder / "log" / f"{name}.log"

    def _secret(self) -> Path:
        path = self.options.folder / "secret-key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path


def readiness(internal_port: int) -> str | None:
    """None if the role on this internal port is ready, else why not."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{internal_port}/readyz", timeout=2):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return str(json.loads(error.read()).get("reason", error.code))
    except (OSError, ValueError):
        return "no answer"


def _short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
