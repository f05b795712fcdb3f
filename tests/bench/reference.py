"""What the full path is compared with: a bare Flask view under the services' own gunicorn settings, which reads the
same JSON body and does one durable insert into the same mongod. Run as `python -m tests.bench.reference`."""

from __future__ import annotations

import os

from flask import Flask, request

from shared.ids import new_id
from shared.settings import Environment, MongoSettings, read_web
from shared.storage.client import open_database
from shared.web.server import Server, options

DATABASE, COLLECTION, PATH = "bench_reference", "documents", "/insert"


def create_app(uri: str) -> Flask:
    """The client is the services' own: majority and journal."""
    collection = open_database(MongoSettings(uri, DATABASE), "bench.reference")[COLLECTION]
    app = Flask(__name__)

    @app.post(PATH)
    def insert() -> tuple[dict[str, str], int]:
        document = {"_id": new_id(), **request.get_json()}
        collection.insert_one(document)
        return {"id": document["_id"]}, 201

    return app


def main() -> None:
    env = Environment(os.environ)
    uri = env.text("MONGODB_URI")
    Server(options("reference", read_web(env)), lambda: create_app(uri)).run()


if __name__ == "__main__":
    main()
