"""Which pages may ask."""

import re

from kinora.server.config import ServerSettings

# Pages opened from disk (their origin is "null") and pages served on this machine.
_USUAL = ("null", r"^https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$")


def allowed_origins(settings: ServerSettings) -> list[str]:
    """Origins, and patterns that begin with ^."""
    return list(settings.origins or _USUAL)


def is_allowed(origin: str, settings: ServerSettings) -> bool:
    """Whether a page from there may ask."""
    return any(
        allowed in ("*", origin) or (allowed.startswith("^") and re.match(allowed, origin))
        for allowed in allowed_origins(settings)
    )
