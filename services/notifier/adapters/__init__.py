"""The world outside: documents, other formats, other systems."""
