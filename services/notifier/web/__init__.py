"""The JSON API and the pages. Routes parse, call a use case, and tell the result."""
