"""E-mail: plain text and HTML of one message, headers that no headline can break."""

import html
import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from ops.alerts import Undelivered
from search.errors import BadRequest
from search.saved import Item, message_key
from store.saved import Channel, SavedSearch
from store.settings import Secret

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_SUBJECT = 150
_KINDS = {"match": "", "old": "", "correction": "CORRECTED", "recall": "WITHDRAWN"}
_RTL = ("ar", "fa", "he", "ckb", "ur")


@dataclass(frozen=True)
class Mail:
    """The server, as the settings say."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str
    password: Secret
    sender: str
    timeout: float


def checked_address(address: str) -> str:
    """Raises `BadRequest` for what is not one plain address."""
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise BadRequest("e-mail: not an address: write NAME@HOST, in plain letters")
    return address


def message(
    mail: Mail, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime
) -> EmailMessage:
    """RFC 5322, text and HTML. A repeat has the same Message-ID."""
    made = EmailMessage(policy=SMTP)
    made["From"] = mail.sender
    made["To"] = channel.target
    made["Subject"] = _subject(search, items)
    made["Date"] = format_datetime(at)
    domain = mail.sender.rpartition("@")[2]
    made["Message-ID"] = f"<{message_key(items).replace(':', '.').replace('/', '.')}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_text(search, items), cte="base64")
    made.add_alternative(_html(search, items), subtype="html", cte="base64")
    return made


def send_mail(mail: Mail, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime) -> None:
    """Raises `Undelivered`."""
    if not (mail.host and mail.sender):
        raise Undelivered("e-mail: no mail server: set SYRIAWIRE_SMTP_HOST and SYRIAWIRE_SMTP_FROM")
    try:
        server = _connected(mail)
        try:
            server.send_message(message(mail, search, channel, items, at))
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # it was accepted, or not, before this
    except (smtplib.SMTPException, OSError) as error:
        code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
        raise Undelivered(
            f"e-mail by {mail.host}:{mail.port}: {type(error).__name__}{code}: mend SYRIAWIRE_SMTP_…, it is tried again"
        ) from error


def _connected(mail: Mail) -> smtplib.SMTP:
    server: smtplib.SMTP
    if mail.security == "tls":
        server = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=mail.timeout, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _subject(search: SavedSearch, items: Sequence[Item]) -> str:
    first = _line(items[0].article.headline)
    mark = _KINDS[items[0].kind]
    what = f"{len(items)} articles" if len(items) > 1 else f"{mark}: {first}" if mark else first
    return f"[{search.name}] {what}"[:_SUBJECT]


def _line(text: str) -> str:
    """One line, without what steers a terminal or a header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _text(search: SavedSearch, items: Sequence[Item]) -> str:
    parts = [f"Saved search: {search.name}\n"]
    for item in items:
        article = item.article
        mark = f"{_KINDS[item.kind]}: " if _KINDS[item.kind] else ""
        facts = f"{article.feed_id}, {article.published or article.first_seen:%Y-%m-%d %H:%M} UTC"
        lines = (f"{mark}{_line(article.headline)}", facts, _line(article.ednote), _line(article.url))
        parts.append("\n".join(filter(None, lines)))
    return "\n\n".join(parts) + "\n"


def _html(search: SavedSearch, items: Sequence[Item]) -> str:
    rows = "".join(_row(item) for item in items)
    name = html.escape(search.name)
    head = '<!DOCTYPE html><html><head><meta charset="utf-8"></head>'
    return f"{head}<body><p>Saved search: {name}</p>{rows}</body></html>\n"


def _row(item: Item) -> str:
    article = item.article
    direction = "rtl" if article.language in _RTL else "ltr"
    headline = html.escape(_line(article.headline))
    if article.url.startswith(("http://", "https://")):
        headline = f'<a href="{html.escape(_line(article.url))}">{headline}</a>'
    mark = f"<strong>{_KINDS[item.kind]}</strong> " if _KINDS[item.kind] else ""
    note = f"<br>{html.escape(_line(article.ednote))}" if article.ednote else ""
    facts = html.escape(f"{article.feed_id}, {article.published or article.first_seen:%Y-%m-%d %H:%M} UTC")
    small = f'<br><small dir="ltr">{facts}</small>'
    return f'<p dir="{direction}" lang="{html.escape(article.language)}">{mark}{headline}{note}{small}</p>'
