"""Who may ask, and how often."""

import hmac
import threading
import time
from collections import OrderedDict

from kinora.errors import RequestError
from kinora.server.config import ServerSettings

# All else is open: the page and its files, what says that the server is well, and links to media,
# which are secrets themselves. A camera brings its key in its first message.
_GUARDED = {"classes", "models", "predict", "jobs", "metrics"}
# Clients whose requests are remembered.
_MOST_CLIENTS = 10_000
_MINUTE_S = 60.0


class Guard:
    """Checks the key and the rate of requests before anything is done for them."""

    def __init__(self, settings: ServerSettings) -> None:
        self._key, self._rate = settings.api_key, settings.max_per_minute
        # For each client how many requests it still has, and since when.
        self._budgets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, path: str, key: str, client: str) -> None:
        """Let a request in.

        Raises:
            RequestError: It is not let in.
        """
        if path.strip("/").split("/")[0] in _GUARDED:
            self.check_key(key)
            self.check_rate(client)

    def check_key(self, key: str) -> None:
        """Refuse a wrong key."""
        if self._key and not hmac.compare_digest(key.encode(), self._key.encode()):
            raise RequestError(
                "This server wants an API key. Send it in the header X-API-Key.",
                "unauthorized",
                401,
            )

    def check_rate(self, client: str) -> None:
        """Refuse a client that asks too often; its budget fills up again evenly."""
        if not self._rate:
            return
        now = time.monotonic()
        with self._lock:
            left, since = self._budgets.pop(client, (float(self._rate), now))
            left = min(self._rate, left + (now - since) * self._rate / _MINUTE_S)
            is_allowed = left >= 1
            self._budgets[client] = (left - is_allowed, now)
            if len(self._budgets) > _MOST_CLIENTS:
                self._budgets.popitem(last=False)
        if not is_allowed:
            raise RequestError(
                f"Too many requests: {self._rate} a minute are allowed. Wait a moment.",
                "too_many_requests",
                429,
            )


def key_of(authorization: str, x_api_key: str) -> str:
    """The key that a request brings, in either of the usual headers."""
    scheme, _, token = authorization.partition(" ")
    return x_api_key or (token.strip() if scheme.lower() == "bearer" else "")
