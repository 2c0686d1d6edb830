"""Which charset a document is in, whatever its labels say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.charset import decode, known_charset

ARABIC = "دمشق: قال مصدر إن وحدات من الجيش تقدمت في ريف حماة الشمالي يوم الأربعاء"
RUSSIAN = "Москва: самолёты нанесли удары по целям в провинции Хама, сообщили военные"
TURKISH = "Şam'da çatışmalar sürüyor, sınırda güvenlik önlemleri artırıldı, yetkililer söyledi"
GREEK = "Δαμασκός: ο στρατός προχώρησε στα βόρεια της Χάμα την Τετάρτη"
ENGLISH = "“Quoted” – a dash"


def document(text: str, label: str = "") -> str:
    declared = f' encoding="{label}"' if label else ""
    return f'<?xml version="1.0"{declared}?><rss><channel><title>{text}</title></channel></rss>'


@pytest.mark.parametrize("label", ["", "windows-1256", "iso-8859-1", "utf-16", "no-charset"])
@pytest.mark.parametrize("text", [ARABIC, RUSSIAN, ENGLISH])
def test_what_is_valid_utf8_is_utf8(text: str, label: str) -> None:
    decoded = decode(document(text, label).encode(), f"text/xml; charset={label}")
    assert (decoded.text, decoded.charset, decoded.problem) == (document(text, label), "utf-8", "")


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (ARABIC, "windows-1256"), (ARABIC, "iso-8859-6"), (RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"),
        (RUSSIAN, "iso-8859-5"), (TURKISH, "windows-1254"), (TURKISH, "iso-8859-9"), (GREEK, "iso-8859-7"),
        (ENGLISH, "windows-1252"), ("不归移民", "gb2312"), ("日本語", "shift_jis"), ("한글", "euc-kr"),
    ],
)  # fmt: skip
def test_the_label_is_heard(text: str, charset: str) -> None:
    declared = document(text, charset)
    plain = document(text)
    assert decode(declared.encode(charset)).text == declared
    assert decode(plain.encode(charset), f'text/xml; Charset="{charset}"').text == plain
    assert decode(plain.encode(charset), f"text/xml; charset={charset}").problem == ""


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (ARABIC, "windows-1256"),
        (ARABIC, "iso-8859-6"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (TURKISH, "windows-1254"),
        (ENGLISH, "windows-1252"),
    ],
)
@pytest.mark.parametrize("label", ["", "utf-8"])
def test_without_a_true_label_it_is_detected(text: str, charset: str, label: str) -> None:
    source = document(text, label)
    decoded = decode(source.encode(charset))
    assert decoded.text == source
    said = "declared as utf-8" if label else "undeclared"
    assert decoded.problem == f"wrong charset: {said}, read as {decoded.charset}"


def test_latin_1_in_a_header_is_what_servers_say_of_themselves() -> None:
    source = document(ARABIC, "windows-1256")
    assert decode(source.encode("windows-1256"), "text/xml; charset=ISO-8859-1").text == source
    plain = document("café")
    assert decode(plain.encode("latin-1"), "text/xml; charset=ISO-8859-1").text == plain


@pytest.mark.parametrize(
    "charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp037"]
)
def test_wide_charsets_with_and_without_a_mark(charset: str) -> None:
    assert decode(document("x é").encode(charset)).text == document("x é")
    assert decode(b"\xef\xbb\xbf" + document("é").encode()).text == document("é")


def test_single_illegal_bytes_are_windows_1252() -> None:
    data = document(ARABIC).encode().replace(b"</title>", b" \x96 caf\xe9\x81</title>")
    decoded = decode(data)
    assert f"{ARABIC} – café\ufffd" in decoded.text
    assert decoded.problem.startswith("wrong charset: illegal utf-8 at byte ")


def test_a_document_cut_off_within_a_character() -> None:
    data = document(ARABIC).encode()
    cut = data.index("ة".encode()) + 1
    assert decode(data[:cut]).text == document(ARABIC)[: document(ARABIC).index("ة")]
    assert decode(document("я" * 20).encode("utf-16")[:-1]).text.endswith("</rss\ufffd")


def test_known_charsets() -> None:
    assert known_charset("Latin1") == "cp1252"
    assert [known_charset(name) for name in ("zip", "punycode", "idna", "utf-8", "no\0", "")] == [""] * 6


@given(st.binary(max_size=80), st.text(max_size=30))
def test_any_bytes_become_text(data: bytes, content_type: str) -> None:
    decode(data, content_type).text.encode()
    decode(b"<?xml encoding='" + data[:20] + b"'?>" + data)
