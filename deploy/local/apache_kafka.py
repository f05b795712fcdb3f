"""Apache Kafka itself, one node in KRaft mode, where Java 17 or newer and Maven are present."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Unusable
from deploy.local.supervisor import Child

_POM = Path(__file__).parent.parent / "kafka" / "pom.xml"
_JAVA = 17


def missing() -> str | None:
    """What Apache Kafka needs and this machine lacks, or None."""
    if shutil.which("mvn") is None:
        return "Maven (mvn) is not on PATH"
    if shutil.which("java") is None:
        return "Java is not on PATH"
    told = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < _JAVA:
        return f"Java {_JAVA} or newer is needed"
    return None


def fetch(folder: Path) -> Path:
    """Copy Kafka's jars into `folder` unless they are there. Raises Unusable."""
    lacking = missing()
    if lacking:
        raise Unusable(f"Apache Kafka cannot be run here: {lacking}.")
    done_mark = folder / ".complete"
    if not done_mark.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
            raise Unusable(f"Maven could not fetch Apache Kafka:\n{tail}")
        done_mark.touch()
    return folder


def child(jars: Path, data: Path, port: int, controller_port: int, log: Path) -> Child:
    """Format the storage if it is new, and describe the broker's process."""
    data.mkdir(parents=True, exist_ok=True)
    properties = data / "server.properties"
    properties.write_text(_properties(data / "log", port, controller_port))
    log4j = data / "log4j2.properties"
    log4j.write_text(_LOG4J)
    java = ["java", "-Xmx768m", "-Xms256m", f"-Dlog4j2.configurationFile={log4j}", "-cp", f"{jars}/*"]
    if not (data / "log" / "meta.properties").exists():
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [
            *java,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(properties),
            "--ignore-formatted",
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Unusable(f"Kafka's storage could not be formatted:\n{(done.stdout + done.stderr)[-1500:]}")
    return Child("broker", [*java, "kafka.Kafka", str(properties)], {}, log)


def _properties(folder: Path, port: int, controller_port: int) -> str:
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{HOST}:{controller_port}
listeners=PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}
advertised.listeners=PLAINTEXT://{HOST}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=2000
log.segment.bytes=16777216
"""


_LOG4J = """\
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c)%n
rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
"""
