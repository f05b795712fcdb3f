"""The submissions that the benchmark sends: of a usual length, in both scripts, all valid, labelled as samples."""

from __future__ import annotations

import json
from typing import Any

STATES = ("AR", "AP", "AS", "BR", "KL", "MH", "RJ", "TN")
THEMES = ("data-exchange", "state-digitalization", "emerging-tech", "ne-hilly")
INITIATIVES = ("bharatnet", "cybersecurity", "indiaai", "dpdp", "capacity-building")
KINDS = ("request", "suggestion", "commitment", "issue")

_ENGLISH = (
    "Block offices in seven districts have no wired link; the leased lines that were promised for the second phase "
    "have not been laid, and work that needs the State Data Centre is done over mobile data. We ask for a dated plan "
    "for each block, for a named officer who answers for it, and for satellite links where no line can be laid "
    "before the next monsoon."
)
_HINDI = "सात जिलों के ब्लॉक कार्यालयों में अब तक तार वाला संपर्क नहीं है; हर ब्लॉक के लिए तिथि सहित योजना चाहिए।"

DIFFERENT = 160


def submission(number: int) -> dict[str, Any]:
    """The submission with this number; neighbours differ in State, theme, kind and text."""
    return {
        "meeting": "ITSC2024",
        "kind": KINDS[number // 3 % len(KINDS)],
        "state": STATES[number % len(STATES)],
        "theme": THEMES[number % len(THEMES)],
        "initiative": INITIATIVES[number % len(INITIATIVES)],
        "title": f"Sample {number}: link for block offices without a line",
        "details": f"{_ENGLISH}\n\n{_HINDI}\n\nSample {number} of the benchmark; no request of any State.",
        "file_number": f"IT-{number:05d}/2026",
        "contact": {
            "name": "Sample Officer",
            "designation": "Deputy Secretary",
            "phone": "+91 98765 43210",
            "email": "officer@state.example",
        },
        "sample": True,
    }


def bodies() -> list[bytes]:
    """The different bodies as JSON, made once, so that sending costs the client little."""
    return [json.dumps(submission(number), ensure_ascii=False).encode() for number in range(DIFFERENT)]
