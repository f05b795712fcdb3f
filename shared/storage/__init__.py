"""MongoDB: one client a process, guarded writes, indexes by an explicit step."""
