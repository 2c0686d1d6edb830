"""Query syntax, HTTP API and web page."""
