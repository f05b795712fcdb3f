"""The release, as shown in footers, user agents and documents."""

VERSION = "0.1.0"
RELEASED = "2026-11-24"
