"""HTML and plain text: sanitised once, decoded once, white space normalised once. Pure."""

import html
import re
from typing import Literal

import nh3

# A picture in a wire's HTML tells its server who reads it, and where: pictures stay out.
_PICTURES = {"img", "map", "area", "picture", "source"}
_TAGS = nh3.ALLOWED_TAGS - _PICTURES
_DROPPED = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"}
_SCHEMES = {"http", "https", "mailto"}
_BLOCKS = (
    "address|article|aside|blockquote|caption|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hgroup"
    "|hr|li|nav|ol|p|pre|summary|table|tbody|td|th|thead|tr|ul"
)
_OPEN_ENDED = frozenset({
    "area", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "p", "td", "th", "tr", "wbr",
})  # fmt: skip
_MAX_DEPTH = 256
LONGEST = 262_144
"""Characters of one field of an entry that are worked on, markup included; what comes after is cut off."""
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_MARKUP = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?: [^<>]*)?>")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\ud800-\udfff\ufeff\ufffe\uffff]")
# Who writes a control character of Latin-1 means the character that windows-1252 has there.
_MEANT = (
    {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
    | dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0x7F, 0xAD, 0x200B, 0xFEFF, 0xFFFE, 0xFFFF), "")
    | dict.fromkeys(range(0xD800, 0xE000), "?")
)
_BLANK = {9: " ", 10: " ", 13: " "}
_PARAGRAPH_END, _LINE_END = "\0", "\1"
"""Marks that no sanitised text has in it."""
_BREAK = re.compile(r"\n\s*\n")
_LINES = re.compile(r"\n{2,}")


def _cleaner(relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str]) -> nh3.Cleaner:
    return nh3.Cleaner(tags=_TAGS, clean_content_tags=_DROPPED, url_schemes=_SCHEMES, url_relative=relative)


_CLEANER = _cleaner("deny")
_RELATIVE = re.compile(r"href\s*=\s*(?![\"'\s]*(?:https?:|mailto:))")
_RARE = ("HREF", "Href", "cite")


def one_line(text: str) -> str:
    """White space runs become one space; invisible characters and lone surrogates go."""
    return " ".join(_visible(text).split())


def paragraphs_to_html(text: str) -> str:
    """Plain text to HTML: blank lines part paragraphs, other line ends become `<br>`."""
    parts = [html.escape(part.strip(), quote=False) for part in _BREAK.split(text.replace("\r\n", "\n"))]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part)


def sanitise(source: str, base: str = "") -> str:
    """HTML with nothing in it that runs, loads or styles. Relative links resolve against `base` or go."""
    visible = _visible(source)
    if "<" not in visible and "&" not in visible:
        return visible.replace(">", "&gt;").replace("\xa0", "&nbsp;")
    shallow = _shallow(visible)
    if base and (_RELATIVE.search(shallow) or any(name in shallow for name in _RARE)):
        try:
            return _cleaner(("rewrite_with_base", base)).clean(shallow)
        except ValueError:  # a base that Rust's URL parser does not take
            pass
    return _CLEANER.clean(shallow)


def html_to_text(source: str) -> str:
    """Plain text with an empty line between paragraphs. Scripts and styles are left out."""
    return sanitised_to_text(sanitise(source))


def sanitised_to_text(clean: str) -> str:
    """The same of what `sanitise` gave: no `<` in it but those of tags, and four names of characters."""
    text = clean
    if "<" in text:
        text = _MARKUP.sub("", _BLOCK.sub(_PARAGRAPH_END, text).replace("<br>", _LINE_END))
    if "&" in text:
        text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return "\n\n".join(filter(None, map(_paragraph, text.split(_PARAGRAPH_END))))


def _paragraph(text: str) -> str:
    if _LINE_END not in text:
        return " ".join(text.split())
    lines = (" ".join(line.split()) for line in text.split(_LINE_END))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def _visible(text: str) -> str:
    """Without what is not seen; a lone surrogate, which cannot be stored as JSON, becomes a question mark."""
    if text.isascii() and text.translate(_BLANK).isprintable():
        return text
    return text.translate(_MEANT) if _INVISIBLE.search(text) else text


def _shallow(source: str) -> str:
    """nh3 takes quadratic time over deeply nested tags; such a text loses its markup before."""
    if source.count("<") <= _MAX_DEPTH:
        return source
    depth = 0
    for closing, name in _TAG.findall(source):
        if name.lower() not in _OPEN_ENDED:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > _MAX_DEPTH:
            return html.escape(html.unescape(_MARKUP.sub(" ", source)), quote=False)
    return source
