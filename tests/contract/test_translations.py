"""The contract of the two languages: whatever the code says to a person exists in good Hindi, and nothing else does.

The code is extracted anew here, so that a string added without its translation fails.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from shared.contracts.vocabulary import ITEM_KINDS, STATUSES

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("shared", "services/feedback", "services/actions", "services/notifier")
WORDING = ROOT / "services/notifier/data/wording"

# What stands in Hindi text as it is.
UNTRANSLATED = frozenset({"Sankalp"})
# Words that a template may hold outside gettext: the system's name, and the name of the hash.
NAMES = frozenset({"Sankalp", "SHA"})
# A page for programmers, in English, and marked so for the browser (lang="en").
IN_ENGLISH = "api_docs.html"

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
_DEVANAGARI = re.compile(r"[\u0904-\u0939]")


# --- what the code says, and what the catalogues hold ----------------------------------------------------------
def said_in(folder: Path) -> set[str]:
    """The msgids of a folder's code and templates (of a plural, the singular)."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
    found = extract_from_dir(folder, methods, options, keywords)
    return {said if isinstance(said, str) else said[0] for _, _, said, _, _ in found}


def catalogue_of(folder: str) -> Catalog:
    path = ROOT / folder / "web/translations/hi/LC_MESSAGES/messages.po"
    return read_po(BytesIO(path.read_bytes()), locale="hi", abort_invalid=True)


def messages(catalogue: Catalog) -> dict[str, Message]:
    return {key_of(message): message for message in catalogue if message.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


# --- the checks: each tells what is wrong ----------------------------------------------------------------------
def incomplete(catalogue: Catalog, said: set[str], elsewhere: Iterable[str] = ()) -> list[str]:
    held = messages(catalogue)
    wrong = [f"missing: {msgid}" for msgid in sorted(said - set(held) - set(elsewhere))]
    wrong += [f"obsolete: {msgid}" for msgid in sorted(set(held) - said)]
    wrong += [f"obsolete: {key_of(message)}" for message in catalogue.obsolete.values()]
    wrong += [f"fuzzy: {msgid}" for msgid, message in held.items() if message.fuzzy]
    wrong += [
        f"untranslated: {msgid}"
        for msgid, message in held.items()
        if len(forms(message.string)) != len(forms(message.id)) or not all(forms(message.string))
    ]
    return wrong


def placeholders_differ(catalogue: Catalog) -> list[str]:
    return [
        msgid
        for msgid, message in messages(catalogue).items()
        for text in forms(message.string)
        if sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(msgid))
    ]


def not_hindi(texts: Iterable[str]) -> list[str]:
    """The texts without Devanagari; one of placeholders alone says nothing in any language."""
    worded = [text for text in texts if re.search(r"\w", _PLACEHOLDER.sub("", text))]
    return [text for text in worded if text not in UNTRANSLATED and not _DEVANAGARI.search(text)]


def translated_differently(catalogues: Iterable[Catalog]) -> set[str]:
    first: dict[str, Any] = {}
    return {
        msgid
        for catalogue in catalogues
        for msgid, message in messages(catalogue).items()
        if first.setdefault(msgid, message.string) != message.string
    }


def leaves(wording: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """The texts of a wording by the path to them."""
    found: dict[str, str] = {}
    for key, value in wording.items():
        found |= leaves(value, f"{path}{key} ") if isinstance(value, Mapping) else {path + key: value}
    return found


def wordings_differ(english: Mapping[str, Any], hindi: Mapping[str, Any]) -> list[str]:
    """Texts that only one has, and texts that use other placeholders."""

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    en, hi = leaves(english), leaves(hindi)
    return sorted(set(en) ^ set(hi)) + [key for key in en if key in hi and fields(en[key]) != fields(hi[key])]


def english_outside_gettext(template: str) -> list[str]:
    """Words of a template that a person would see, or hear, in English whatever the language."""
    template = re.sub(r"(?s)\{#.*?#\}", " ", template)
    template = re.sub(r"(?s)\{%-?\s*set \w+\s*-?%\}.*?\{%-?\s*endset\s*-?%\}", " ", template)  # attributes put together
    template = re.sub(r"(?s)\{\{.*?\}\}|\{%.*?%\}", " ", template)
    template = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", template)
    spoken = re.findall(r'\b(?:title|alt|placeholder|aria-label|data-label|data-done)="([^"]*)"', template)
    text = html.unescape(" ".join([*spoken, re.sub(r"(?s)<[^>]*>", " ", template)]))
    return [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in NAMES]


def templates() -> list[Path]:
    found = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder / "web/templates").rglob("*"))
        if path.suffix in (".html", ".txt") and path.name != IN_ENGLISH
    ]
    assert len(found) > 10
    return found


def wording(language: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((WORDING / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


# --- the real thing --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_string_of_the_code_is_in_a_catalogue_and_no_other(folder: str) -> None:
    said = said_in(ROOT / folder)
    assert len(said) > 20
    elsewhere = () if folder == "shared" else messages(catalogue_of("shared"))
    assert incomplete(catalogue_of(folder), said, elsewhere) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_translations_keep_the_placeholders(folder: str) -> None:
    assert placeholders_differ(catalogue_of(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_translations_are_in_hindi(folder: str) -> None:
    texts = [text for message in messages(catalogue_of(folder)).values() for text in forms(message.string)]
    assert not_hindi(texts) == []


def test_a_string_has_one_translation_everywhere() -> None:
    assert translated_differently(map(catalogue_of, FOLDERS)) == set()


def test_notifications_say_the_same_in_both_languages() -> None:
    assert wordings_differ(wording("en"), wording("hi")) == []
    assert not_hindi(leaves(wording("hi")).values()) == []


def test_notifications_and_pages_use_the_same_words() -> None:
    shared, hindi = messages(catalogue_of("shared")), wording("hi")
    for words, labels in (("statuses", STATUSES), ("kinds", ITEM_KINDS)):
        for name, word in hindi[words].items():
            assert shared[str(labels[name])].string == word


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_english_outside_gettext(path: Path) -> None:
    assert english_outside_gettext(path.read_text(encoding="utf-8")) == []


# --- the checks themselves: what each must find ----------------------------------------------------------------
def po(text: str) -> Catalog:
    header = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return read_po(BytesIO((header + text).encode()), locale="hi", abort_invalid=True)


def test_a_folder_is_read_in_python_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "pages.py").write_text('LABEL = _l("One")\ntext = gettext("Two")\n', encoding="utf-8")
    (tmp_path / "web/templates").mkdir(parents=True)
    page = '{{ _("Three") }}{{ ngettext("%(n)s day", "%(n)s days", 2, n=2) }}'
    (tmp_path / "web/templates/page.html").write_text(page, encoding="utf-8")
    assert said_in(tmp_path) == {"One", "Two", "Three", "%(n)s day"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "missing: Open"),
        ('msgid "Open"\nmsgstr ""\n', "untranslated: Open"),
        ('msgid "Open"\nmsgid_plural "Opens"\nmsgstr[0] "खुला"\nmsgstr[1] ""\n', "untranslated: Open"),
        ('#, fuzzy\nmsgid "Open"\nmsgstr "खुला"\n', "fuzzy: Open"),
        ('msgid "Open"\nmsgstr "खुला"\n\nmsgid "Old"\nmsgstr "पुराना"\n', "obsolete: Old"),
        ('msgid "Open"\nmsgstr "खुला"\n\n#~ msgid "Old"\n#~ msgstr "पुराना"\n', "obsolete: Old"),
    ],
)
def test_an_incomplete_catalogue_is_found(text: str, wrong: str) -> None:
    assert incomplete(po(text), {"Open"}) == [wrong]


def test_what_shared_holds_need_not_be_repeated() -> None:
    assert incomplete(po(""), {"Open"}, {"Open"}) == []
    assert incomplete(po('msgid "Open"\nmsgstr "खुला"\n'), {"Open"}) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Done: %(command)s.", "हो गया: %(commend)s।"),
        ("Done: %(command)s.", "हो गया।"),
        ("From {least} to {most}.", "{least} से {least} तक।"),
        ("Done.", "हो गया: {command}।"),
    ],
)
def test_a_changed_placeholder_is_found(msgid: str, msgstr: str) -> None:
    assert placeholders_differ(po(f'msgid "{msgid}"\nmsgstr "{msgstr}"\n')) == [msgid]


def test_english_in_the_place_of_hindi_is_found() -> None:
    assert not_hindi(["खुला", "Sankalp", "Open", "{status}: {title}", "{by} agrees"]) == ["Open", "{by} agrees"]


def test_two_translations_of_a_string_are_found() -> None:
    one, other = po('msgid "Open"\nmsgstr "खुला"\n'), po('msgid "Open"\nmsgstr "खोलें"\n')
    assert translated_differently([one, other]) == {"Open"}
    assert translated_differently([one, one]) == set()


def test_wordings_that_differ_are_found() -> None:
    english = {"events": {"a": {"title": "{title}", "text": "By {by}."}}, "nobody": "nobody"}
    hindi = {"events": {"a": {"title": "{title}", "text": "{bye} से।"}}, "none": "कोई नहीं"}
    assert wordings_differ(english, hindi) == ["nobody", "none", "events a text"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Next step</p>", ["Next", "step"]),
        ('<a title="Further down" href="{{ url }}">{{ _("More") }}</a>', ["Further", "down"]),
        ('{% if count > 1 %}<b>many</b>{% endif %}{# a remark #}<p class="lead">{{ _("Fine") }} Sankalp</p>', ["many"]),
    ],
)
def test_english_outside_gettext_is_found(template: str, words: list[str]) -> None:
    assert english_outside_gettext(template) == words
