"""Consuming events: two handler shapes, one loop, dead letters.

Consumers never decide anything. They create a document with a deterministic id, or project a newer snapshot
onto one; both are free of order and of repetition for ever.
"""
