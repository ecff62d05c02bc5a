"""How tests log: with tracebacks as Python prints them. To draw one with all variables, as structlog does by default, takes seconds."""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback, set_exc_info
from structlog.processors import add_log_level


def plain_logs() -> None:
    """Log so in this process."""
    renderer = ConsoleRenderer(colors=False, exception_formatter=plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, add_log_level, set_exc_info, renderer])
