"""Tracking numbers: eight random symbols of Crockford's Base32 and a check symbol, as `7K3M-9QXD-4`.

No counter is shared, and the number gives no right of access. The check symbol is that of the hybrid system
of ISO 7064 (MOD n+1,n) over the same 32 symbols, so that any single mistyped symbol is noticed. Read aloud or
copied by hand, O counts as 0 and I or L as 1; U is not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_tracking_number(choose: Callable[[str], str]) -> str:
    """A new number; `choose` picks one symbol of a string at random (`secrets.choice`)."""
    symbols = "".join(choose(ALPHABET) for _ in range(8))
    return _grouped(symbols + mod_37_36.calc_check_digit(symbols, alphabet=ALPHABET))


def parse_tracking_number(text: str) -> str | None:
    """The number in its written form, however it was typed; None if it cannot be one."""
    symbols = re.sub(r"[\s-]", "", text.upper()).translate(_READ_AS)
    if len(symbols) != 9 or any(symbol not in ALPHABET for symbol in symbols):
        return None
    try:
        mod_37_36.validate(symbols, alphabet=ALPHABET)
    except ValidationError:
        return None
    return _grouped(symbols)


def _grouped(symbols: str) -> str:
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"
