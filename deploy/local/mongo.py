"""MongoDB as a replica set of one, on loopback."""

from __future__ import annotations

import time
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import HOST
from deploy.local.programs import Unusable, mongod
from deploy.local.supervisor import Child

_ALREADY_INITIALIZED = 23


def child(port: int, data: Path, log: Path) -> Child:
    data.mkdir(parents=True, exist_ok=True)
    command = [
        mongod(),
        *("--dbpath", str(data), "--port", str(port), "--bind_ip", HOST, "--replSet", "rs0"),
        *("--wiredTigerCacheSizeGB", "0.5", "--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--nounixsocket",),
    ]
    return Child("MongoDB", command, {}, log)


def uri(port: int) -> str:
    return f"mongodb://{HOST}:{port}/?replicaSet=rs0"


def wait_until_primary(port: int, server: Child, seconds: float = 60.0) -> None:
    """Initiate the replica set if it is new and wait for it to take writes. Raises Unusable."""
    deadline = time.monotonic() + seconds
    with MongoClient(
        f"mongodb://{HOST}:{port}/?directConnection=true", serverSelectionTimeoutMS=500, connectTimeoutMS=500
    ) as client:
        while time.monotonic() < deadline:
            if not server.alive():
                raise Unusable(f"MongoDB has ended. Its last lines ({server.log}):\n{server.last_lines()}")
            try:
                _initiate(client, port)
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
            except PyMongoError:
                pass
            time.sleep(0.1)
    raise Unusable(f"MongoDB is not ready after {seconds:.0f} s. Its log is {server.log}.")


def _initiate(client: MongoClient, port: int) -> None:  # type: ignore[type-arg,unused-ignore]
    try:
        members = [{"_id": 0, "host": f"{HOST}:{port}"}]
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:
            raise
