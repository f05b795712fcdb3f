"""What a page says, as a reader without eyes gets it: by the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_VOID = {"input", "meta", "link", "br", "img", "hr", "use"}
_LABELLED = {"input", "select", "textarea"}


class Page(HTMLParser):
    """A parsed page: its h1s, ids, fields with values and labels, links, scripts and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.lang: str | None = None
        self.title = ""
        self.h1: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.unclosed: list[str] = []
        self.inline: list[str] = []
        self.text = ""
        self.errors: dict[str, str] = {}
        self._error: str | None = None
        self._select: dict[str, Any] | None = None
        self.feed(text)
        self.unclosed_at_end = list(self.unclosed)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self.unclosed.append(tag)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "h1":
            self.h1.append("")
        if tag == "label" and given.get("for"):
            self.labels.add(given["for"] or "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"] or "")
        if tag in _LABELLED:
            field: dict[str, Any] = {"tag": tag, "value": given.get("value") or "", **given}
            self.fields.append(field)
            if tag != "input":
                self._select = {**field, "value": ""} if tag == "select" else field
                self.fields[-1] = self._select
        if tag == "option" and self._select is not None and "selected" in given:
            self._select["value"] = given.get("value") or ""
        if "field-error" in (given.get("class") or "").split():
            self._error = (given.get("id") or "").removeprefix("f-").removesuffix("-error")
            self.errors[self._error] = ""
        if "style" in given or any(name.startswith("on") for name in given) or (tag == "script" and "src" not in given):
            self.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.unclosed, f"</{tag}> closes nothing"
        assert self.unclosed[-1] == tag, f"</{tag}> closes <{self.unclosed[-1]}>"
        self.unclosed.pop()
        if tag in ("select", "textarea"):
            self._select = None
        if tag == "div":
            self._error = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if "title" in self.unclosed:
            self.title += data
        if "h1" in self.unclosed:
            self.h1[-1] += data
        if self._error is not None:
            self.errors[self._error] += data
        if self._select is not None and self._select["tag"] == "textarea":
            self._select["value"] += data

    def form(self, *names: str) -> dict[str, str]:
        """The values of all named fields (or of some), as a browser would send them."""
        sent = {f["name"]: f["value"] for f in self.fields if f.get("name")}
        return {name: sent[name] for name in names} if names else sent

    def without_label(self) -> list[str]:
        """Visible fields that no label names."""
        visible = [f for f in self.fields if f.get("type") != "hidden"]
        return [str(f.get("name")) for f in visible if f.get("id") not in self.labels and not f.get("aria-label")]
