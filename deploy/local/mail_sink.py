"""A mail server for local use: takes every message, keeps it in a folder, and shows it on a page.

`python -m deploy.local.mail_sink <folder> <smtp port> <page port>`. Nothing leaves this machine.
"""

from __future__ import annotations

import email
import email.policy
import html
import itertools
import signal
import sys
import threading
import time
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
_SHOWN = 100


class KeepInFolder:
    """Keeps each message as `<time>-<number>.eml`, written whole before the server says 250."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        name = f"{time.time_ns()}-{next(self._numbers)}"
        part = self._folder / f"{name}.part"
        part.write_bytes(envelope.original_content)
        part.rename(self._folder / f"{name}.eml")
        return "250 kept"


def messages(folder: Path) -> list[tuple[str, EmailMessage]]:
    """The messages in a folder, newest first, by file name."""
    found = []
    for path in sorted(folder.glob("*.eml"), reverse=True):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append((path.stem, message))  # the default policy makes EmailMessage objects
    return found  # type: ignore[return-value]


def page(folder: Path) -> str:
    rows = []
    for name, message in messages(folder)[:_SHOWN]:
        subject, to = html.escape(str(message["Subject"])), html.escape(str(message["To"]))
        rows.append(f'<tr><td><a href="/{name}">{subject}</a></td><td>{to}</td><td>{message["Date"]}</td></tr>')
    body = "".join(rows) or "<tr><td colspan=3>No mail yet.</td></tr>"
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Local mail</title>"
        "<style>body{font-family:system-ui;margin:2rem}td,th{padding:.3rem 1rem;text-align:left}</style>"
        f"<h1>Local mail</h1><table><tr><th>Subject<th>To<th>Date</tr>{body}</table>"
    )


def viewer(folder: Path) -> type[BaseHTTPRequestHandler]:
    class Viewer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                self._answer(200, page(folder))
                return
            path = folder / f"{Path(self.path).name}.eml"
            if not path.is_file():
                self._answer(404, "No such mail.")
                return
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            part = message.get_body(("html", "plain"))  # type: ignore[attr-defined]
            self._answer(200, part.get_content())

        def _answer(self, code: int, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Viewer


def main(folder: Path, smtp_port: int, page_port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(KeepInFolder(folder), hostname=HOST, port=smtp_port)
    controller.start()
    server = ThreadingHTTPServer((HOST, page_port), viewer(folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    stopped.wait()
    server.shutdown()
    controller.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
