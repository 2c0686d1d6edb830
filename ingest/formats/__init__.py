"""One module a feed format, each with `parse(bytes, content_type) -> Parsed`; `table` lists them."""
