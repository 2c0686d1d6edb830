"""One module a backend; each is imported only when its URL is chosen (`store.connect`)."""
