"""How the system is run: locally without Docker, with compose, on Kubernetes."""
