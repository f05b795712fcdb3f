"""What every page has: navigation, footer, stylesheet, labels, and the words of the field."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request, send_from_directory
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from shared.contracts import vocabulary
from shared.contracts.organisations import organisation_label, organisation_short
from shared.settings import WebSettings
from shared.version import RELEASED, VERSION
from shared.web.i18n import language

_STATIC = Path(__file__).parent / "static"

# The front door's prefix of each service, and the pages of the navigation.
PREFIXES = {"feedback": "/feedback", "actions": "/actions", "notifier": "/notifier"}
NAVIGATION: tuple[tuple[str, str, Any, str], ...] = (
    ("feedback", "/new", _l("New submission"), "pencil-square"),
    ("feedback", "/submissions", _l("Submissions"), "list-ul"),
    ("actions", "/items", _l("Action items"), "kanban"),
    ("notifier", "/inbox", _l("Inbox"), "inbox"),
    ("notifier", "/deliveries", _l("Delivery log"), "envelope-check"),
)
# Every footer leads to these, all served by the feedback service.
FOOTER: tuple[tuple[str, Any], ...] = (
    ("about", _l("About")),
    ("contact", _l("Contact")),
    ("help", _l("Help")),
    ("accessibility", _l("Accessibility")),
    ("privacy", _l("Privacy")),
    ("terms", _l("Terms")),
    ("sitemap", _l("Sitemap")),
)


def register(app: Flask, service: str, settings: WebSettings) -> None:
    def service_url(name: str, path: str = "") -> str:
        """An address of any service as people reach it: through the front door."""
        return settings.public_url + PREFIXES[name] + path

    def here_in(code: str) -> str:
        """This very page in another language, its other query arguments kept."""
        arguments = {**request.args.to_dict(flat=False), "lang": [code]}
        return "?" + urlencode(arguments, doseq=True)

    @app.context_processor
    def names() -> dict[str, Any]:
        return {
            "service_url": service_url,
            "here_in": here_in,
            "navigation": NAVIGATION,
            "footer_pages": FOOTER,
            "service_name": service,
            "version": VERSION,
            "released": RELEASED,
            "vocabulary": vocabulary,
        }

    app.add_template_filter(_organisation, "organisation")
    app.add_template_filter(_organisation_short, "short")
    app.add_template_filter(_paragraphs, "paragraphs")

    @app.get("/assets/<path:name>")
    def assets(name: str) -> Response:
        return send_from_directory(_STATIC, name, max_age=3600)


def localised(text: Any) -> str:
    """A text that data holds by language, in the reader's; plain text as it is."""
    if isinstance(text, dict):
        return str(text.get(language()) or text["en"])
    return str(text)


def _organisation(code: str | None) -> str:
    return organisation_label(code, language()) if code else "–"


def _organisation_short(code: str | None) -> str:
    return organisation_short(code, language()) if code else "–"


def _paragraphs(text: str) -> Markup:
    """Typed text with its paragraphs and line breaks, escaped."""
    blocks = [Markup("<p>{}</p>").format(Markup("<br>").join(block.split("\n"))) for block in text.split("\n\n")]
    return Markup("").join(blocks)
