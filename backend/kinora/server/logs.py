"""Logs that programs can read: every line carries the id of the request it is about."""

import json
import logging
import time
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_TEXT = "%(asctime)s %(levelname)s %(name)s request=%(request_id)s %(message)s"


class _AddRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        values = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": record.request_id,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            values["trace"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False)


def set_up_logs(log_format: str) -> None:
    """Write lines of that format, `text` or `json`, to standard error."""
    handler = logging.StreamHandler()
    handler.addFilter(_AddRequestId())
    handler.setFormatter(_JsonLines() if log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Its own lines repeat ours.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)
