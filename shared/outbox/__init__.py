"""State and event are ONE document write.

An aggregate's document carries its history; the tail of the history beyond `published_seq` is the outbox. The
relay sends the tail to Kafka and marks it. Nothing is copied and no transaction is needed.
"""
