"""Every state a feed can be in, and what a person does about it."""

HEALTH: dict[str, str] = {
    "new": "Not polled yet: wait for the next run, or `syriawire poll FEED`.",
    "ok": "Nothing to do.",
    "unchanged": "Nothing to do: the publisher has nothing new.",
    "overrun": "All items were new, so some were probably missed: polled sooner now; lower `every` if it stays so.",
    "moved": "Read at its new address, which the detail names: put that into the catalogue.",
    "stale": "Nothing new for longer than usual: see on the publisher's site whether the feed is dead or frozen.",
    "undated": "No item has a date we can read: tell the publisher; articles are sorted by when they came.",
    "no_entries": "A feed without entries: check in a browser whether the publisher has moved it.",
    "empty": "The response was empty: open the address in a browser; if it stays so, find the new one.",
    "html_instead": "A web page came instead of a feed: look on that page for the feed's new address.",
    "unparsable": "Neither RSS, Atom nor JSON Feed: `syriawire feeds check FEED`, then tell the publisher.",
    "server_error": "The publisher's server failed: wait; polls become rarer until it recovers.",
    "not_found": "The address leads nowhere (4xx): find the feed's new address and mend the catalogue.",
    "gone": "The publisher has closed this feed (410); it is asked once a week: take it out of the catalogue.",
    "unauthorised": "The publisher wants a login: put its header under `headers` in the catalogue.",
    "blocked": "The publisher refuses us (403, 451): ask for access, or agree on a `user_agent` with them.",
    "rate_limited": "Asked too often (429): raise `every` and `soonest` for the feeds of this host.",
    "dns": "The host has no address: check the spelling, then this machine's DNS.",
    "refused": "The host refuses connections: wait; check port and firewall if it stays so.",
    "connection": "The connection broke or was not made: wait; check this machine's network if it stays so.",
    "tls": "The certificate is not valid: open the address in a browser; tell the publisher.",
    "timeout": "Too slow: wait; if it stays so, ask the publisher for a smaller or nearer feed.",
    "too_large": "More than 20 MB: look for a feed of this publisher that holds less.",
    "redirects": "Redirected too often, in a circle, or to no web address: find the feed's final address.",
    "bad_content": "The response's compression is broken or layered: tell the publisher.",
    "private_address": "Leads into a private network: set `allow_private: true` only if that is meant.",
    "failed": "A fault of ours: the log line `feed_polled` has the text; report it.",
    "busy": "Another process polls this feed right now: nothing to do.",
    "interrupted": "Our log, state or archive was not there: mend it; the feed is polled again by itself.",
}
"""Name → remedy, one line."""

SUCCESS = frozenset({"ok", "unchanged", "overrun", "moved", "stale", "undated", "no_entries"})
"""The states in which the publisher has answered with a feed."""
