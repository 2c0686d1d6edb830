"""The text of one element of a feed: plain, escaped HTML, HTML as child elements, or base64. Pure."""

import base64
import binascii
import html
import re

from lxml import etree

from ingest.formats.namespaces import XHTML, family
from ingest.text import LONGEST, html_to_text, one_line, paragraphs_to_html

_PLAIN = frozenset({"text", "plain", "text/plain"})
_HTML = frozenset({"html", "text/html"})
_XHTML = frozenset({"xhtml", "application/xhtml+xml", "application/xml", "text/xml"})
_HTML_SIGNS = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|</[A-Za-z][A-Za-z0-9]{0,20}\s*>"
    r"|<(?:a|area|b|blockquote|br|center|cite|code|dd|div|dl|dt|em|embed|figure|font|form|frame|h[1-6]|hr|i|iframe|img"
    r"|input|li|link|meta|object|ol|p|pre|q|s|script|small|span|strong|style|sub|sup|table|td|th|tr|tt|u|ul|video|wbr)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPED_TAG = re.compile(
    r"&lt;/?(?:a|b|br|div|em|h[1-6]|i|li|p|span|strong|table|ul)\b[^<>&]*&gt;", re.IGNORECASE
)


def looks_like_html(text: str) -> bool:
    """A tag or a reference of HTML is in it; RSS does not say which of its texts are HTML."""
    return ("<" in text or "&" in text) and _HTML_SIGNS.search(text) is not None


def plain_text(element: etree._Element) -> str:
    """One line without markup, such as a title."""
    kind, text = _typed(element)
    if kind == "html":
        return one_line(html_to_text(text[:LONGEST]))
    return one_line(text)


def html_text(element: etree._Element) -> str:
    """The same as HTML, not sanitised."""
    kind, text = _typed(element)
    if kind == "plain":
        return paragraphs_to_html(text)
    # Escaped twice, as its writer put markup into a program that escapes.
    return html.unescape(text) if "<" not in text and _ESCAPED_TAG.search(text) else text


def bare_text(element: etree._Element) -> str:
    """The characters of an element and all within it, as they are."""
    return "".join(element.itertext()) if len(element) else element.text or ""


def _typed(element: etree._Element) -> tuple[str, str]:
    """("plain" or "html", text). Atom says which by `type` and, in 0.3, `mode`; else the text is looked at."""
    type_ = (element.get("type") or "").partition(";")[0].strip().lower()
    mode = (element.get("mode") or "").strip().lower()
    text = element.text or ""
    if len(element):
        return "html", inner_markup(element)
    if mode == "base64" or (type_ and not _is_text(type_) and "/" in type_):
        text = _decoded(text)
    if type_ in _HTML:
        return "html", text
    if type_ in _PLAIN and not (mode == "escaped" and looks_like_html(text)):
        return "plain", text
    if type_ in _XHTML and mode != "escaped" and not looks_like_html(text):
        return "html", html.escape(text, quote=False)
    return ("html" if looks_like_html(text) else "plain"), text


def _is_text(type_: str) -> bool:
    return type_.startswith("text/") or type_ in _XHTML or type_.endswith(("+xml", "/xml"))


def _decoded(text: str) -> str:
    """base64 where it is; else the text as it was."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return text


def inner_markup(element: etree._Element) -> str:
    """What stands within an element, as HTML; prefixes and the `div` that Atom puts around go."""
    for each in element.iterdescendants(tag=etree.Element):
        namespace, _, name = each.tag.rpartition("}")  # a namespace may have a brace in it
        if namespace and family(namespace.removeprefix("{"), each.prefix) in {XHTML, ""}:
            each.tag = name
    if (
        len(element) == 1
        and element[0].tag == "div"
        and not f"{element.text or ''}{element[0].tail or ''}".strip()
    ):
        element = element[0]
    inner = html.escape(element.text or "", quote=False)
    return inner + "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
