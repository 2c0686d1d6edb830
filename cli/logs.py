"""How the program speaks of its work: one line an event on stderr, `key=value`, machine- and eye-readable."""

import logging
import sys

import structlog

from store.errors import SettingsError

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str) -> None:
    """Sets the lowest level that is shown. Raises `SettingsError`."""
    if level.lower() not in _LEVELS:
        raise SettingsError(f"SYRIAWIRE_LOG_LEVEL: {level!r} will not do: one of {', '.join(_LEVELS)}")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.lower()]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
