"""Feed catalogue, fetch, one module a feed format (bytes to clean articles), the decision "new, changed?"."""
