"""SMTP with a bound on the whole exchange: smtplib's own timeout is for each read, however little comes."""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from types import TracebackType

_AGAIN = 0.1


class Exchange(smtplib.SMTP):
    """Entered, it has `seconds` for all that follows; then its connection is cut, whatever it waits for.

    Raises what smtplib raises, and `OSError`. `tls`: from the first byte (port 465). The name is looked up in the
    system's own time.
    """

    def __init__(self, seconds: float, *, tls: bool) -> None:
        super().__init__(timeout=seconds)
        self._tls = tls
        self._end = time.monotonic() + seconds
        self._done = threading.Event()
        self._cutter = threading.Thread(target=self._cut, args=(seconds,), daemon=True)

    def __enter__(self) -> "Exchange":
        self._cutter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with suppress(smtplib.SMTPException, OSError):
                    self.quit()  # the message was accepted before this
        finally:
            self._done.set()
            self.close()
            self._cutter.join()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        """What `connect` calls. Sets `sock` before the TLS handshake, so that this can be cut too."""
        self._host = host  # what STARTTLS compares the certificate with
        self.sock = self._dialled(host, port)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=host)
        return self.sock

    def _dialled(self, host: str, port: int) -> socket.socket:
        """The first address that answers; all of them share the time that is left."""
        problem: OSError = TimeoutError(f"{host}: no address answered")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            left = self._end - time.monotonic()
            if left <= 0:
                break
            made = socket.socket(family, kind, protocol)
            made.settimeout(left)
            try:
                made.connect(address)
            except OSError as error:
                made.close()
                problem = error
            else:
                return made
        raise problem

    def _cut(self, seconds: float) -> None:
        self._done.wait(seconds)
        # Again and again: STARTTLS puts another socket in the place of the first.
        while not self._done.wait(_AGAIN):
            if self.sock is not None:
                with suppress(OSError):
                    # The plain socket's: an SSL socket's own would take the lock of the read that waits.
                    socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
