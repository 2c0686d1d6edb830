"""E-mail: plain text and HTML of one message, headers that no headline can break."""

import html
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from ops.alert_desk import Refused, Undelivered
from ops.smtp_exchange import Exchange
from search.saved import Item, message_key
from store.saved import Channel, SavedSearch
from store.settings import Secret

WHOLE = 3
"""So many times the time for one answer is the time for all of them."""
_SUBJECT = 150
_KINDS = {"match": "", "old": "", "correction": "CORRECTED", "recall": "WITHDRAWN", "test": "TEST"}
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


def send_mail(mail: Mail, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime) -> str:
    """Returns what the server said. Raises `Undelivered`, and `Refused` if it will not have this content."""
    where = f"e-mail by {mail.host}:{mail.port}"
    if not (mail.host and mail.sender):
        raise Undelivered("e-mail: no mail server", "set SYRIAWIRE_SMTP_HOST and SYRIAWIRE_SMTP_FROM")
    try:
        with Exchange(mail.timeout * WHOLE, tls=mail.security == "tls") as server:
            server.connect(mail.host, mail.port)
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(message(mail, search, channel, items, at))
    except smtplib.SMTPDataError as error:
        kind = Refused if error.smtp_code >= 500 else Undelivered
        raise kind(
            f"{where}: answered {error.smtp_code}", "see the server's log, it is tried again"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
        raise Undelivered(
            f"{where}: {type(error).__name__}{code}", "mend SYRIAWIRE_SMTP_…, it is tried again"
        ) from error
    return f"accepted by {mail.host}:{mail.port}"


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
