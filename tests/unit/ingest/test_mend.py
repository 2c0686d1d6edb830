"""Broken XML becomes well-formed, well-formed XML keeps its meaning, and both are read alike."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.charset import decode
from ingest.formats.mend import mend
from ingest.formats.syndication import parse
from ingest.formats.tree import tree

GOLDEN = Path(__file__).parents[2] / "golden" / "parse"


def strict(xml: str) -> etree._Element:
    return etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, huge_tree=False))


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (
            "<a>AT&T &nbsp;&eacute;&unknown; &#150;&#0;&#xD800;</a>",
            "<a>AT&amp;T \xa0é&amp;unknown; –\ufffd\ufffd</a>",
        ),
        ("<a>5 < 6 <7></a>", "<a>5 &lt; 6 &lt;7&gt;</a>"),
        ("<a><b>x</a>", "<a><b>x</b></a>"),
        ("<a>x</b></a></a>", "<a>x</a>"),
        ("<A>x</a>", "<A>x</A>"),
        ("<a b=c d e='1' b='2'/>", '<a b="c" d="" e="1"></a>'),
        ("<a b='x & &amp; \"y\"' xmlns:p=''/>", "<a b='x &amp; &amp; \"y\"'></a>"),
        ("<a><!-- never closed</a>", "<a></a>"),
        ("<a>x<!--<b>-->y<?php echo ?><![CDATA[<&]]></a>", "<a>xy&lt;&amp;</a>"),
        ("<a><![CDATA[cut", "<a>cut</a>"),
        ("<p>one<br>two<img src=x></p>", '<p>one<br></br>two<img src="x"></img></p>'),
        ("<item><title>t<link>l<item>", "<item><title>t</title><link>l</link></item><item></item>"),
        (
            "<item><description>d <b>e<guid>1</guid>",
            "<item><description>d <b>e</b></description><guid>1</guid></item>",
        ),
        ("<a\x01>\x02x</a>", "<a>x</a>"),
        ("<a", "<a></a>"),
    ],
)
def test_mended(broken: str, mended: str) -> None:
    assert mend(broken).xml == f"<document>{mended}</document>"
    strict(mend(broken).xml)


def test_prefixes_get_their_usual_namespace() -> None:
    root = strict(mend("<item><dc:creator my:x='1'>N</dc:creator><other:y/></item>").xml)
    assert [each.tag for each in root.iter()] == [
        "document",
        "item",
        "{http://purl.org/dc/elements/1.1/}creator",
        "{undeclared:other}y",
    ]


@pytest.mark.parametrize(
    ("source", "cut"),
    [
        ("<rss><item><title>x", True),
        ("<rss><item></item", False),
        ("<feed><entry/>", False),
        ("<rss><item></rss>", False),
    ],
)
def test_a_document_that_ends_within_an_entry_is_cut(source: str, cut: bool) -> None:
    assert mend(source).cut == cut


PIECES = [
    "<a>", "</a>", "<b c='d'>", "<b c=", "'", '"', ">", "<", "</", "/>", "<item>", "</item>",
    "<title>", "<link/>", "&", "&amp;", "&#1;", "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>",
    "<!DOCTYPE", "[", "]", "x:y", " xmlns:x='u'", "<x:y>", "</x:y>", "<x:y z:w='1'>", " xmlns='v'",
    "\x00", "\ufffe", "é", " ", "<a:b:c>", "<:a>", "<a:>", "xml:lang='q'", "<xml:x>", "<br>",
]  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_what_is_mended_is_well_formed(source: str) -> None:
    text = source.encode("utf-8", "replace").decode()
    strict(mend(text).xml)


NAMES = st.sampled_from(["a", "b", "x:c", "name", "content"])
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
)


def element(name: str, attributes: dict[str, str], inner: list[str | etree._Element]) -> etree._Element:
    made = etree.Element(name.replace("x:", "{urn:x}"), attributes, {"x": "urn:x"})
    for each in inner:
        if not isinstance(each, str):
            made.append(each)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + each
        else:
            made.text = (made.text or "") + each
    return made


ELEMENTS = st.recursive(
    st.builds(element, NAMES, st.just({}), st.lists(TEXTS, max_size=2)),
    lambda inner: st.builds(
        element,
        NAMES,
        st.dictionaries(st.sampled_from(["p", "q"]), TEXTS, max_size=2),
        st.lists(TEXTS | inner, max_size=4),
    ),
    max_leaves=10,
)


def test_a_namespace_may_have_a_brace_in_it() -> None:
    (entry,) = parse("<feed xmlns='http://a}b'><entry><content><p>x</p></content></entry></feed>").entries
    assert entry.content_html == '<p xmlns="http://a}b">x</p>'


@given(ELEMENTS)
def test_well_formed_xml_keeps_its_meaning(root: etree._Element) -> None:
    xml = etree.tostring(root, encoding="unicode")
    (mended,) = strict(mend(xml).xml)
    assert etree.tostring(mended, method="c14n", exclusive=True) == etree.tostring(
        root, method="c14n", exclusive=True
    )


SOUND = [path for path in sorted(GOLDEN.glob("*.xml")) if not tree(decode(path.read_bytes()).text).problem]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_golden_feeds_are_read_alike_on_both_ways(path: Path) -> None:
    text = decode(path.read_bytes()).text
    end = text.rindex("</")
    broken = f"{text[:end]}<x>one & two</x>{text[end:]}"
    assert tree(broken).problem
    assert parse(broken).entries == parse(text).entries


FIELDS = st.sampled_from(
    ["title", "link", "guid", "description", "pubDate", "author", "category", "dc:creator", "content:encoded"]
)
ESCAPED = st.sampled_from(
    [
        "x",
        "a &amp; b",
        "&lt;p&gt;one&lt;/p&gt;",
        "<![CDATA[<b>y</b>]]>",
        " ",
        "2015-10-07T10:00:00Z",
        "&#8211;",
    ]
)
ITEMS = st.lists(st.lists(st.tuples(FIELDS, ESCAPED), max_size=6), max_size=4)


@given(ITEMS)
def test_feeds_are_read_alike_on_both_ways(items: list[list[tuple[str, str]]]) -> None:
    inner = "".join(
        f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in fields)}</item>" for fields in items
    )
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    whole = f'<rss version="2.0" {spaces}><channel><title>T</title>{{}}{inner}</channel></rss>'
    sound, broken = parse(whole.format("")), parse(whole.format("<copyright>A & B</copyright>"))
    assert not sound.problems
    assert broken.problems
    assert (broken.entries, broken.title, broken.complete) == (sound.entries, sound.title, True)
