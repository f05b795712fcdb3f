"""One module per process: `python -m services.feedback.entrypoints.<role>`."""
