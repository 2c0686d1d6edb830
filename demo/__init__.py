"""A made-up day of news wires, served over HTTP on loopback for `make demo` and for tests."""
