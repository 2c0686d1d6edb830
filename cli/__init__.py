"""The `syriawire` command."""
