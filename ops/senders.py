"""The channels of saved searches: which sender takes a message."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ingest.catalogue_file import secrets_in
from ops.alert_desk import Undelivered
from ops.senders_mail import Mail, send_mail
from ops.senders_webhook import checked_url, post
from search.errors import BadRequest
from search.saved import Item
from search.saved_targets import checked_address
from store.saved import Channel, SavedSearch
from store.settings import Secret, Settings


class Senders:
    """`ops.alert_desk.Send` as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = secrets_in(Path(settings.secrets))

    def __call__(self, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime) -> str:
        """What the receiver said. Raises `Undelivered`, `Refused`."""
        settings = self._settings
        match channel.kind:
            case "atom":
                return "listed"  # the feed is made of the ledger: once it stands there, it is out
            case "webhook":
                return post(
                    search, channel, items, at, secret=self.secret(channel), timeout=settings.alerts_timeout
                )
            case "email":
                mail = Mail(
                    host=settings.smtp_host,
                    port=settings.smtp_port,
                    security=settings.smtp_security,
                    user=settings.smtp_user,
                    password=settings.smtp_password,
                    sender=settings.smtp_from,
                    timeout=settings.alerts_timeout,
                )
                return send_mail(mail, search, channel, items, at)

    def check(self, channel: Channel) -> None:
        """Raises `BadRequest` if the target will not do, or the settings cannot serve this channel."""
        if channel.kind == "email":
            checked_address(channel.target)
        if channel.kind == "webhook":
            checked_url(channel.target, private=channel.private)
        if channel.kind == "email" and not (self._settings.smtp_host and self._settings.smtp_from):
            raise BadRequest("e-mail: no mail server: set SYRIAWIRE_SMTP_HOST and SYRIAWIRE_SMTP_FROM")
        if channel.kind == "webhook":
            try:
                self.secret(channel)
            except Undelivered as error:
                raise BadRequest(str(error)) from error

    def secret(self, channel: Channel) -> Secret:
        """What signs this webhook. Raises `Undelivered` if there is none."""
        found = self._secret(channel.secret) if channel.secret else self._settings.alerts_secret
        if not found:
            where = (
                f"the file {channel.secret!r} in SYRIAWIRE_SECRETS"
                if channel.secret
                else "SYRIAWIRE_ALERTS_SECRET"
            )
            raise Undelivered("webhook: nothing to sign with", f"write a secret into {where}")
        return Secret(found)
