"""`make demo`: one submission from the form to the follow-up, through the public API of a running stack.

What it submits is labelled as a sample: no State's commitment is invented.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from shared.ids import new_id

_PATIENCE = 20.0


class Failed(Exception):
    """A step did not come about."""


def call(method: str, url: str, body: Any = None, **headers: str) -> tuple[Any, Any]:
    """One JSON request; (body, headers) of the answer. Raises Failed with the answer's own words."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            raise Failed(f"{method} {url} answered {error.code}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Failed(f"Nothing answers at {url}. Start the system with `make run` first.") from error


def eventually(find: Callable[[], Any]) -> tuple[Any, float]:
    """The first true value of `find`, and the seconds that it took."""
    started = time.monotonic()
    while time.monotonic() - started < _PATIENCE:
        found = find()
        if found:
            return found, time.monotonic() - started
        time.sleep(0.01)
    raise Failed(f"Nothing came within {_PATIENCE:.0f} s. Look at the logs in var/log/.")


def walk(base: str, say: Callable[[str, float], None]) -> None:
    """Walk the story; `say` gets each step with its seconds."""
    feedback, actions, notifier = (f"{base}/{name}/api/v1" for name in ("feedback", "actions", "notifier"))
    target = (dt.date.today() + dt.timedelta(days=60)).isoformat()
    submission = {
        "meeting": "ITSC2024",
        "kind": "request",
        "state": "AR",
        "theme": "ne-hilly",
        "initiative": "bharatnet",
        "title": "Sample: link for block offices without a line",
        "details": "A sample made by `make demo`. It stands for no real request of any State.",
        "sample": True,
    }
    started = time.monotonic()
    sent, _ = call("POST", f"{feedback}/feedback", submission, **{"Idempotency-Key": new_id()})
    say(f"AR submits a sample request: tracking number {sent['tracking_number']}", time.monotonic() - started)

    def item() -> Any:
        found = call("GET", f"{actions}/actions?origin={sent['id']}")[0]["items"]
        return found[0] if found else None

    opened, seconds = eventually(item)
    say(f"it is an action item, routed to {opened['owner']}, pending with {opened['pending_with'][0]}", seconds)

    one = f"{actions}/actions/{opened['id']}"
    started = time.monotonic()
    command = {"command": "assign", "owner": opened["owner"], "target_date": target}
    _, headers = call("GET", one)
    assigned, headers = call(
        "POST", f"{one}/commands", command, **{"If-Match": headers["ETag"], "Idempotency-Key": new_id()}
    )
    say(f"MeitY assigns it to {assigned['owner']}, due {target}", time.monotonic() - started)

    def notified() -> Any:
        found = call("GET", f"{notifier}/notifications?organisation={opened['owner']}&unread=true")[0]["items"]
        return next((n for n in found if n["action_id"] == opened["id"]), None)

    notification, seconds = eventually(notified)
    say(f"{opened['owner']} has it in its inbox: “{notification['title']}”", seconds)

    def mailed() -> Any:
        found = notified()
        return found if found and found["delivery"]["email"]["status"] == "sent" else None

    _, seconds = eventually(mailed)
    say(f"the e-mail to {opened['owner']} was handed to the mail server", seconds)

    def followed() -> Any:
        shown = call("GET", f"{feedback}/feedback/{sent['tracking_number']}")[0]["follow_up"]
        return shown if shown["status"] == "assigned" else None

    shown, seconds = eventually(followed)
    say(f"AR's submission shows it: {shown['status']}, pending with {shown['pending_with'][0]}", seconds)

    _, headers = call("POST", f"{one}/commands", {"command": "start"}, **{"If-Match": headers["ETag"]})
    _, seconds = eventually(
        lambda: call("GET", f"{feedback}/feedback/{sent['id']}")[0]["follow_up"]["status"] == "in_progress"
    )
    say("work has begun, and AR's submission shows that too", seconds)
    history, _ = call("GET", f"{one}/history")
    say(f"the item's history has {len(history['items'])} entries and verifies: {history['verified']}", 0.0)
    print(f"\nOpen {base}/feedback/submissions/{sent['tracking_number']}")


def main() -> int:
    base = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
    print(f"The story, step by step, against {base}\n")
    try:
        walk(base, lambda line, seconds: print(f"  {seconds * 1000:7.0f} ms  {line}", flush=True))
    except Failed as error:
        print(f"\nCannot go on: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
