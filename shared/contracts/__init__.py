"""What the services have agreed on: topics, events and their schemas, and the reference data that all of them
show. The only folder of the common library with business words."""
