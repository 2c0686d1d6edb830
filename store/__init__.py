"""The records, the ports (log, index, state, archive) with their adapters, settings and errors."""
