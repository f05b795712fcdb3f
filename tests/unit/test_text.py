"""Text as people type it, tracking numbers, and search tokens in both scripts."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.adapters.tracking import ALPHABET, new_tracking_number, parse_tracking_number
from shared.text import UnsafeTextError, clean, query_tokens, search_tokens

numbers = st.randoms(use_true_random=False).map(lambda source: new_tracking_number(source.choice))


@pytest.mark.parametrize(
    "codepoint", [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xD800]
)
@pytest.mark.parametrize("multiline", [True, False])
def test_a_control_a_bidi_control_and_a_surrogate_are_refused_by_name(codepoint, multiline):
    with pytest.raises(UnsafeTextError) as refused:
        clean(f"a{chr(codepoint)}b", multiline=multiline)
    assert refused.value.codepoint == f"U+{codepoint:04X}"


def test_joiners_stay_and_marks_without_meaning_are_dropped():
    assert clean("क्\u200dष र्\u200cय") == "क्\u200dष र्\u200cय"
    assert clean("\ufeffa\u200eb\u200fc") == "abc"


def test_text_is_composed_and_has_no_outer_space():
    assert clean("  e\u0301cole \u00a0") == "école"
    assert clean("क\u093c") == unicodedata.normalize("NFC", "क\u093c")


def test_line_breaks_belong_to_long_text_only():
    assert clean("a\r\nb\rc\td\n", multiline=True) == "a\nb\nc\td"
    for character in "\n\t\r":
        with pytest.raises(UnsafeTextError):
            clean(f"a{character}b")


@given(st.text())
def test_what_is_clean_stays_as_it_is(text):
    try:
        once = clean(text, multiline=True)
    except UnsafeTextError:
        return
    assert clean(once, multiline=True) == once


def test_words_of_both_scripts_become_tokens():
    found = search_tokens(["Map LAYERS, for districts!", "गाँव तक ऑप्टिकल-फाइबर"])
    assert found[:4] == ["map", "layers", "for", "districts"]
    assert {"गाँव", "ऑप्टिकल", "फाइबर"} <= set(found)


def test_joiners_do_not_split_a_word():
    assert query_tokens("क्\u200dष") == query_tokens("क्ष")


def test_a_number_is_found_by_its_beginning_and_not_by_fewer_than_three_symbols():
    found = search_tokens([], ["7K3M-9QXD-4"])
    assert {"7k3", "7k3m9", "7k3m9qxd4"} <= set(found)
    assert {"7k3m", "9qxd"} <= set(found)  # its groups, as somebody may type them with spaces
    assert not {"7", "7k", "9q"} & set(found)


def test_tokens_are_bounded_and_every_word_of_a_query_counts():
    assert len(search_tokens([" ".join(f"w{n}" for n in range(3000))])) == 1500
    assert len(query_tokens(" ".join(f"w{n}" for n in range(100)))) == 100


def test_a_comma_does_not_make_a_number_of_a_word_and_a_figure():
    assert {"villages", "3500"} <= set(search_tokens(["villages,3500 in all"]))
    assert query_tokens("villages,3500") == ["villages", "3500"]


@given(numbers)
def test_a_tracking_number_is_read_as_it_was_written(number):
    assert len(number) == 11
    assert parse_tracking_number(number) == number


@given(numbers, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_any_single_wrong_symbol_is_noticed(number, place, symbol):
    symbols = number.replace("-", "")
    wrong = symbols[:place] + symbol + symbols[place + 1 :]
    assert (parse_tracking_number(wrong) is not None) == (wrong == symbols)


def test_nearly_all_transpositions_of_neighbours_are_noticed():
    source, tried, noticed = random.Random(7), 0, 0
    for _ in range(500):
        symbols = new_tracking_number(source.choice).replace("-", "")
        for place in range(8):
            swapped = symbols[:place] + symbols[place + 1] + symbols[place] + symbols[place + 2 :]
            if swapped != symbols:
                tried += 1
                noticed += parse_tracking_number(swapped) is None
    assert noticed / tried > 0.99


@given(numbers, st.randoms(use_true_random=False))
def test_case_spaces_and_letters_that_look_like_digits_do_not_matter(number, source):
    typed = number.replace("0", source.choice("0oO")).replace("1", source.choice("1iIlL"))
    assert parse_tracking_number(f"  {typed.lower().replace('-', ' ')} ") == number
    assert parse_tracking_number(typed.replace("-", "")) == number


@pytest.mark.parametrize("text", ["", "7K3M-9QXD", "7K3M-9QXD-44", "UUUU-UUUU-U", "7K3M_9QXD_4", "७३३३-३३३३-३", "$ne"])
def test_what_cannot_be_a_tracking_number_is_none(text):
    assert parse_tracking_number(text) is None
