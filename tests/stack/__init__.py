"""Real servers for the tests, without containers: fetched once, started on loopback, stopped, wiped. See README.md."""
