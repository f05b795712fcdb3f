"""Text as people type it: cleaned at the edge, and cut into search tokens in both scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# What may not be stored: C0 and C1 controls (line breaks and tabs are looked at apart), lone surrogates, and
# bidirectional embeddings, overrides and isolates, which make text read otherwise than it is stored.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# Marks without a meaning in stored text. U+200C and U+200D stay: Devanagari needs them.
_DROPPED = {0x200E: None, 0x200F: None, 0xFEFF: None}
_LINE_BREAKS = "\n\t"


class UnsafeTextError(ValueError):
    """A character that may not be stored. `codepoint` is as `U+202E`."""

    def __init__(self, character: str) -> None:
        self.codepoint = f"U+{ord(character):04X}"
        super().__init__(self.codepoint)


def clean(text: str, *, multiline: bool = False) -> str:
    """`text` in NFC without outer space. Raises UnsafeTextError for NUL and other controls (line breaks in
    multiline text aside), bidi controls, and lone surrogates."""
    text = unicodedata.normalize("NFC", text.translate(_DROPPED).replace("\r\n", "\n").replace("\r", "\n"))
    for found in _UNSAFE.finditer(text):
        if not (multiline and found[0] in _LINE_BREAKS):
            raise UnsafeTextError(found[0])
    return text.strip()


def words(text: str) -> Iterator[str]:
    """Lower-case words; letters, their combining marks (Devanagari vowel signs) and digits belong together."""
    word = ""
    for character in unicodedata.normalize("NFC", text).casefold():
        if unicodedata.category(character)[0] in "LMN":
            word += character
        elif character not in "\u200c\u200d" and word:
            yield word
            word = ""
    if word:
        yield word


def search_tokens(texts: Iterable[str], numbers: Iterable[str] = (), limit: int = 1500) -> list[str]:
    """The distinct tokens of a document: its words, numbers with marks in them also as one (`G-20` is `g`, `20` and
    `g20`), and each of `numbers` by its groups, whole, and by every prefix of three or more symbols, so that a
    half-remembered one is found. At most `limit`, in order of appearance."""
    tokens: dict[str, None] = {}
    for number in numbers:
        groups = list(words(number))
        tokens.update(dict.fromkeys(groups))
        compact = "".join(groups)
        tokens.update(dict.fromkeys(compact[:length] for length in range(3, len(compact) + 1)))
    for text in texts:
        for chunk in text.split():
            found = list(words(chunk))
            tokens.update(dict.fromkeys(found))
            if _is_number(chunk, found):
                tokens["".join(found)] = None
    return list(tokens)[:limit]


def query_tokens(query: str) -> list[str]:
    """What to look for: every one of the query's words, a number with marks in it as one."""
    tokens: dict[str, None] = {}
    for chunk in query.split():
        found = list(words(chunk))
        tokens.update(dict.fromkeys(["".join(found)] if _is_number(chunk, found) else found))
    return list(tokens)


def _is_number(chunk: str, parts: list[str]) -> bool:
    """Whether a chunk is a number in groups, such as a tracking or file number: digits, and only - / . between."""
    if len(parts) < 2 or "," in chunk.strip(",;:") or ";" in chunk.strip(",;:"):
        return False
    return any(character.isdigit() for part in parts for character in part)
