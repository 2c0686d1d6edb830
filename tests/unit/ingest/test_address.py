"""What is shown of an address."""

import pytest

from ingest.address import shown, without_secrets


@pytest.mark.parametrize(
    ("url", "public"),
    [
        (
            "https://user:secret@wire.example/feed?key=TOKEN&format=rss",
            "https://wire.example/feed?key=…&format=…",
        ),
        ("https://secret@wire.example:8443/feed", "https://wire.example:8443/feed"),
        ("https://a:p@ss@wire.example/x@y", "https://wire.example/x@y"),
        ("https://wire.example/feed?TOKEN#TOKEN", "https://wire.example/feed?…"),
        ("https://wire.example/feed", "https://wire.example/feed"),
        ("http://[::1", "http://[::1"),
        ("", ""),
    ],
)
def test_a_url(url: str, public: str) -> None:
    assert without_secrets(url) == public


def test_urls_in_a_text() -> None:
    text = (
        "moved for good to https://u:p@wire.example/new?key=TOKEN: put 'http://x@y.example/' in\x1b[0m\nnow"
    )
    assert (
        shown(text) == "moved for good to https://wire.example/new?key=…: put 'http://y.example/' in[0m now"
    )
