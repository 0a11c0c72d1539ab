"""The camera: a WebSocket at /stream that takes pictures in and answers with predictions."""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinora.errors import BusyError, KinoraError, RequestError, UnsupportedMediaError
from kinora.inference.streaming import Latest, Stream
from kinora.media import Limits, read_image
from kinora.media.formats import recognise
from kinora.server import answers
from kinora.server.errors import described
from kinora.server.origins import is_allowed
from kinora.server.schemas import options_error
from kinora.server.services import Services
from kinora.server.threads import Threads

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

LARGEST_FRAME_BYTES = 8 * 10**6
_LIMITS = Limits(max_pixels=9_000_000, max_bytes=LARGEST_FRAME_BYTES)
# The options must come soon, and pictures keep coming; answers must be read.
_OPTIONS_S, _IDLE_S, _UNREAD_S = 10.0, 60.0, 10.0
# A reason that fits into a closing frame.
_LONGEST_REASON = 120

_POLICY, _BUSY, _BROKEN = 1008, 1013, 1011


class CameraOptions(BaseModel):
    """The first message."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model: str | None = Field(None, description="name of a model; else the default one")
    top_k: int = Field(3, ge=1, le=1000, description="actions to name")
    fps: float | None = Field(
        None, gt=0, le=1000, description="pictures a second, if they come from a file"
    )
    api_key: str = Field("", description="where the server wants one")


class _Frame:
    """A picture, its number from 1, and when it came."""

    def __init__(self, number: int, content: bytes) -> None:
        self.number, self.content, self.came = number, content, time.perf_counter()


class Cameras:
    """All cameras of a server. Each has one thread and one picture that waits at most."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts
        self._most, self._count = parts.settings.max_cameras, 0
        self._threads = Threads(self._most, "kinora-camera", step_back=True)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Talk to one camera until it goes or has to."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        if scope["path"] != "/stream" or not self._may_come(headers):
            await send({"type": "websocket.close"})
            return
        request_id = uuid.uuid4().hex
        await receive()
        await send(
            {"type": "websocket.accept", "headers": [(b"x-request-id", request_id.encode())]}
        )
        self._count += 1
        try:
            await self._talk(receive, send, headers.get("x-api-key", ""))
        except KinoraError as error:
            await _drop(send, error, request_id)
        except (OSError, asyncio.TimeoutError):  # it went, or stopped reading
            logger.info("camera %s is gone", request_id)
        except Exception as error:
            logger.exception("camera %s failed", request_id)
            await _drop(send, error, request_id)
        finally:
            self._count -= 1

    def _may_come(self, headers: dict[str, str]) -> bool:
        """Browsers let any page open a WebSocket anywhere, so the page is looked at here."""
        origin = headers.get("origin")
        is_own = origin is not None and urlsplit(origin).netloc == headers.get("host")
        return origin is None or is_own or is_allowed(origin, self._parts.settings)

    async def _talk(self, receive: Receive, send: Send, key: str) -> None:
        if self._count > self._most:
            raise BusyError(f"Too busy: {self._most} cameras are being watched. Try again later.")
        options = await _options(receive)
        self._parts.guard.check_key(options.api_key or key)
        served = self._parts.registry.choose(options.model)
        camera = _Camera(Stream(served.recognizer), options)
        latest: Latest[_Frame] = Latest()
        watching = asyncio.create_task(self._watch(camera, latest, send))
        try:
            await _receive_frames(receive, latest, watching)
        finally:
            latest.close()
            await asyncio.gather(watching, return_exceptions=True)
        watching.result()

    async def _watch(self, camera: "_Camera", latest: Latest[_Frame], send: Send) -> None:
        """Answer for the newest picture, again and again."""
        loop = asyncio.get_running_loop()
        while (frame := await loop.run_in_executor(self._threads, latest.take)) is not None:
            answer = await loop.run_in_executor(self._threads, camera.answer, frame)
            answer["dropped"] = latest.dropped
            self._parts.metrics.camera_frame()
            message = {"type": "websocket.send", "text": json.dumps(answer)}
            await asyncio.wait_for(send(message), _UNREAD_S)


class _Camera:
    """What one camera has shown so far."""

    def __init__(self, stream: Stream, options: CameraOptions) -> None:
        self._stream, self._options = stream, options
        self._start = time.perf_counter()

    def answer(self, frame: _Frame) -> dict[str, Any]:
        """The answer for the last few seconds that end with this picture."""
        fps = self._options.fps
        time_s = frame.number / fps if fps else frame.came - self._start
        prediction = self._stream.push(_picture(frame.content), time_s)
        return {
            "action": prediction.action,
            "confidence": answers.percent(prediction.confidence),
            "top": answers.top_scores(prediction, self._options.top_k),
            "unsure": prediction.is_unsure,
            "frame": frame.number,
            "latency_ms": round((time.perf_counter() - frame.came) * 1000, 1),
            "warming_up": self._stream.is_warming_up,
        }


def _picture(content: bytes) -> Any:
    if not recognise(content).is_image:
        raise UnsupportedMediaError("A camera sends one JPEG picture per message, no videos.")
    return read_image(content, _LIMITS)


async def _options(receive: Receive) -> CameraOptions:
    text = (await _next(receive, _OPTIONS_S)).get("text")
    try:
        return CameraOptions.model_validate_json(text or "")
    except ValidationError as error:
        if text and text.lstrip().startswith("{") and error.errors()[0]["type"] != "json_invalid":
            raise options_error(error) from error
        raise RequestError(
            'The first message must be JSON text, like {"model": null, "top_k": 3}.', "bad_message"
        ) from error


async def _receive_frames(
    receive: Receive, latest: Latest[_Frame], watching: "asyncio.Task[None]"
) -> None:
    """Keep the newest picture at hand until the camera goes or answering has failed."""
    number = 0
    while not watching.done():
        message = asyncio.ensure_future(_next(receive, _IDLE_S))
        await asyncio.wait({message, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not message.done():
            message.cancel()
            return
        content = message.result().get("bytes")
        if content is None:
            raise RequestError(
                "After the options, every message must be one JPEG picture.", "bad_message"
            )
        number += 1
        latest.put(_Frame(number, content))


async def _next(receive: Receive, patience_s: float) -> dict[str, Any]:
    """The next message.

    Raises:
        RequestError: None came in time.
        ConnectionError: The client is gone.
    """
    try:
        message = await asyncio.wait_for(receive(), patience_s)
    except asyncio.TimeoutError as error:
        raise RequestError(f"Nothing came for {patience_s:g} seconds.", "idle", 408) from error
    if message["type"] == "websocket.disconnect":
        raise ConnectionError
    return message


async def _drop(send: Send, error: Exception, request_id: str) -> None:
    """Say why, and close."""
    code, sentence = described(error)
    logger.info("camera %s is dropped: %s", request_id, sentence)
    answer = {"success": False, "error": code, "message": sentence, "request_id": request_id}
    number = {"busy": _BUSY, "internal_error": _BROKEN}.get(code, _POLICY)
    reason = sentence.encode()[:_LONGEST_REASON].decode(errors="ignore")
    try:
        text = {"type": "websocket.send", "text": json.dumps(answer)}
        await asyncio.wait_for(send(text), _UNREAD_S)
        await send({"type": "websocket.close", "code": number, "reason": reason})
    except (OSError, asyncio.TimeoutError):
        logger.info("camera %s is gone", request_id)
