"""The whole system on real local servers, without Docker: `python -m deploy.local`."""
