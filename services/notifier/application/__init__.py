"""Use cases, one function per intent, and the table of event handlers."""
