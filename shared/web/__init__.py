"""The web base of every service: one app factory, one shape of error, one look."""
