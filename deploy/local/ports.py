"""The ports of the local stack. An offset moves all of them, so that tests run beside a running stack."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from deploy.local.programs import Unusable

HOST = "127.0.0.1"

# Internal ports (metrics, health) of every role, in the order in which they start.
ROLES = (
    ("feedback", "web", 9101),
    ("feedback", "relay", 9102),
    ("feedback", "consumer", 9103),
    ("actions", "web", 9111),
    ("actions", "relay", 9112),
    ("actions", "consumer", 9113),
    ("notifier", "web", 9121),
    ("notifier", "relay", 9122),
    ("notifier", "consumer", 9123),
    ("notifier", "dispatcher", 9124),
    ("notifier", "sender", 9125),
)
_WEB = {"feedback": 8001, "actions": 8002, "notifier": 8003}


@dataclass(frozen=True)
class Ports:
    offset: int = 0

    @property
    def front_door(self) -> int:
        return 8000 + self.offset

    def web(self, service: str) -> int:
        return _WEB[service] + self.offset

    def internal(self, service: str, role: str) -> int:
        return next(port for s, r, port in ROLES if (s, r) == (service, role)) + self.offset

    @property
    def mongodb(self) -> int:
        return 27027 + self.offset

    @property
    def kafka(self) -> int:
        return 9092 + self.offset

    @property
    def kafka_controller(self) -> int:
        return 9093 + self.offset

    @property
    def smtp(self) -> int:
        return 1025 + self.offset

    @property
    def mail(self) -> int:
        return 8025 + self.offset

    def named(self) -> dict[str, int]:
        """Every port by what it is for."""
        return {
            "front door": self.front_door,
            **{f"{service} web": self.web(service) for service in _WEB},
            **{f"{service} {role}, internal": self.internal(service, role) for service, role, _ in ROLES},
            "MongoDB": self.mongodb,
            "Kafka broker": self.kafka,
            "mail sink, SMTP": self.smtp,
            "mail sink, page": self.mail,
        }


def require_free(ports: Ports) -> None:
    """Raise Unusable naming every port that somebody else listens on, or that cannot exist."""
    if not all(0 < port < 65_536 for port in ports.named().values()):
        raise Unusable(f"PORT_OFFSET={ports.offset} moves a port out of 1 to 65535. Choose one from 0 to 30000.")
    taken = [f"{port} ({purpose})" for purpose, port in ports.named().items() if not _free(port)]
    if taken:
        raise Unusable(
            f"These ports are in use on {HOST}: {', '.join(taken)}. Stop what listens there (is the stack running "
            "already?), or move all ports with `make run PORT_OFFSET=1000`."
        )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
