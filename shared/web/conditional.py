"""Preconditions and repeats: ETag and If-Match (RFC 9110), and Idempotency-Key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import rfc8785
from flask import request
from flask_babel import lazy_gettext as _l

from shared.web.problem import FieldProblem, Problem, ProblemError

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def etag(revision: int) -> str:
    return f'"{revision}"'


def asked_revision() -> int | None:
    """The revision that the client has seen; None for `*`, which fits any. Raises a 428 without If-Match, a 412 for
    what is no tag of ours."""
    header = request.headers.get("If-Match")
    if header is None:
        raise ProblemError(
            Problem(
                428,
                "precondition-required",
                _l("Say which version you have seen"),
                _l("Send the ETag of your last GET in the header If-Match."),
                (FieldProblem("If-Match", _l("This header is missing.")),),
            )
        )
    tag = header.strip()
    if tag == "*":
        return None
    match = _ETAG.fullmatch(tag)
    if match is None:
        raise ProblemError(stale())
    return int(match[1])


def stale(current: int | None = None) -> Problem:
    headers = {} if current is None else {"ETag": etag(current)}
    return Problem(
        412,
        "changed-meanwhile",
        _l("It was changed meanwhile"),
        _l("Somebody changed this after you had read it. Read it again and decide anew."),
        headers=headers,
    )


def is_key(text: str) -> bool:
    """Whether a text can be an idempotency key: 1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def asked_form_key(values: Mapping[str, str]) -> str | None:
    """The key that a form has carried from birth; None where it is missing or was tampered with."""
    key = values.get("_key", "")
    return key if is_key(key) else None


def idempotency_key(*, required: bool) -> str | None:
    """The client's key; 400 if it is required and missing, or not 1 to 255 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is None and not required:
        return None
    if key is None or not _KEY.fullmatch(key):
        message = (
            _l("This header is missing. Send a value of your own, a new one for each submission.")
            if key is None
            else _l("Send 1 to 255 visible ASCII characters without spaces.")
        )
        raise ProblemError(
            Problem(
                400,
                "idempotency-key",
                _l("The request cannot be made safe to repeat"),
                _l("Send the header Idempotency-Key, so that a repeated request is done only once."),
                (FieldProblem("Idempotency-Key", message),),
            )
        )
    return key


def body_hash(parsed: Mapping[str, Any]) -> str:
    """A hash of a parsed body that does not depend on white space, order of members or spelling of codes.
    Dates must already be text."""
    return hashlib.sha256(rfc8785.dumps(dict(parsed))).hexdigest()


def key_reused() -> Problem:
    return Problem(
        422,
        "idempotency-key-reused",
        _l("This key was used for something else"),
        _l("The Idempotency-Key was already used with another body. Send a new key."),
        (FieldProblem("Idempotency-Key", _l("Already used with another body.")),),
    )
