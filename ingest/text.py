"""HTML and plain text: sanitised once, decoded once, white space normalised once. Pure."""

import functools
import html
import re
from html.parser import HTMLParser

import nh3

# A picture in a wire's HTML tells its server who reads it, and where: pictures stay out.
_PICTURES = {"img", "map", "area", "picture", "source"}
_TAGS = nh3.ALLOWED_TAGS - _PICTURES
_DROPPED = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"}
_SCHEMES = {"http", "https", "mailto"}
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "nav", "ol",
    "p", "pre", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
_OPEN_ENDED = frozenset({
    "area", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "p", "td", "th", "tr", "wbr",
})  # fmt: skip
_MAX_DEPTH = 256
LONGEST = 262_144
"""Characters of one field of an entry that are worked on, markup included; what comes after is cut off."""
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_MARKUP = re.compile(r"<[^<>]*>")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\ufeff]")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"\n\s*\n")
_LINE = re.compile(r" ?\n ?")


def one_line(text: str) -> str:
    """White space runs become one space; invisible characters and lone surrogates go."""
    return _SPACE.sub(" ", _visible(text)).strip()


def paragraphs_to_html(text: str) -> str:
    """Plain text to HTML: blank lines part paragraphs, other line ends become `<br>`."""
    parts = [html.escape(part.strip(), quote=False) for part in _BREAK.split(text.replace("\r\n", "\n"))]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part)


def sanitise(source: str, base: str = "") -> str:
    """HTML with nothing in it that runs, loads or styles. Relative links resolve against `base` or go."""
    clean = functools.partial(nh3.clean, tags=_TAGS, clean_content_tags=_DROPPED, url_schemes=_SCHEMES)
    visible = _shallow(_visible(source))
    try:
        return clean(visible, url_relative=("rewrite_with_base", base) if base else "deny")
    except ValueError:  # a base that Rust's URL parser does not take
        return clean(visible, url_relative="deny")


def html_to_text(source: str) -> str:
    """Plain text with an empty line between paragraphs. Scripts and styles are left out."""
    # Only what nh3 has written is read here: html.parser has slow and odd ways with broken HTML.
    collector = _Collector()
    collector.feed(sanitise(source))
    collector.close()
    text = _LINE.sub("\n", re.sub(r"[^\S\n]+", " ", "".join(collector.parts)))
    return re.sub(r"\n{2,}", "\n\n", text).strip()


class _Collector(HTMLParser):
    """Collects text; a block's border is an empty line, a `<br>` a line end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(_SPACE.sub(" ", data))


def _visible(text: str) -> str:
    scrubbed = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be stored as JSON
    return _INVISIBLE.sub("", scrubbed)


def _shallow(source: str) -> str:
    """nh3 takes quadratic time over deeply nested tags; such a text loses its markup before."""
    depth = 0
    for closing, name in _TAG.findall(source):
        if name.lower() not in _OPEN_ENDED:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > _MAX_DEPTH:
            return html.escape(html.unescape(_MARKUP.sub(" ", source)), quote=False)
    return source
