"""A publisher that does to us what real ones do, over real sockets on loopback."""
