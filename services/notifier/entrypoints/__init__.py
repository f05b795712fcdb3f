"""One module per process: `python -m services.notifier.entrypoints.<role>`."""
