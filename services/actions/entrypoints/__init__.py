"""One module per process: `python -m services.actions.entrypoints.<role>`."""
