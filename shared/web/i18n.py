"""English and Hindi. A further language adds translation files and one line here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response, g, request
from flask_babel import Babel, get_locale
from werkzeug.exceptions import RequestEntityTooLarge

from shared.clock import IST, parse_timestamp

LANGUAGES = {"en": "English", "hi": "हिन्दी"}
COOKIE = "lang"
_SHARED = Path(__file__).parent / "translations"


def register(app: Flask, translations: Sequence[Path]) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(path) for path in (_SHARED, *translations))
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Kolkata"
    Babel(app, locale_selector=_choose)
    app.add_template_filter(day, "day")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(grouped, "grouped")

    @app.context_processor
    def names() -> dict[str, object]:
        return {"languages": LANGUAGES, "language": language(), "other_languages": _others()}

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            response.set_cookie(
                COOKIE, asked, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure, path="/"
            )
        response.headers["Content-Language"] = g.get("language", "en")
        response.vary.update(("Accept-Language", "Cookie"))
        return response


def language() -> str:
    """The language of this request: `en` or `hi`."""
    return str(get_locale() or "en").split("_")[0]


def _choose() -> str:
    asked = request.args.get("lang") or _asked_in_form() or request.cookies.get(COOKIE)
    chosen = asked if asked in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")
    g.language = chosen
    return str(chosen)


def _asked_in_form() -> str | None:
    """A form's language switch sends what was typed along, so that nothing of it is lost."""
    try:
        return request.form.get("_lang")
    except RequestEntityTooLarge:
        return None


def _others() -> dict[str, str]:
    return {code: name for code, name in LANGUAGES.items() if code != language()}


def day(value: str | dt.date | None) -> str:
    """A date as DD-MM-YYYY, from a date or `YYYY-MM-DD`; a dash for none."""
    if not value:
        return "–"
    date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return date.strftime("%d-%m-%Y")


def moment(value: str | dt.datetime | None) -> str:
    """A time as DD-MM-YYYY HH:MM in Indian Standard Time."""
    if not value:
        return "–"
    time = parse_timestamp(value) if isinstance(value, str) else value
    return time.astimezone(IST).strftime("%d-%m-%Y %H:%M") + " IST"


def grouped(number: int) -> str:
    """A whole number in Indian grouping: 1,24,879."""
    sign, digits = ("-", str(-number)) if number < 0 else ("", str(number))
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return sign + ",".join([*groups, tail])
