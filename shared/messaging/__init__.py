"""Kafka, and nothing else here knows it: the only importers of the `kafka` package live in this folder."""
