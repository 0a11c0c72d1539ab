"""Jobs: handed in at POST /jobs, then asked about until their answer is there."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Response, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from kinora.errors import RequestError
from kinora.server.forms import medium_body
from kinora.server.jobs.jobs import Jobs
from kinora.server.jobs.store import DONE, FAILED, Job
from kinora.server.links import Links
from kinora.server.schemas import (
    REFUSALS,
    ErrorAnswer,
    JobAnswer,
    JobResult,
    Options,
    parse,
)
from kinora.server.services import GONE, services
from kinora.server.uploads import received

jobs = APIBlueprint("jobs", __name__, abp_tags=[Tag(name="jobs")], abp_responses=REFUSALS)

# How often a listener's job is looked at, and how often silence is broken.
_LOOK_S, _SILENCE_S = 0.5, 15.0

_UPLOAD_ERRORS = {413: ErrorAnswer, 415: ErrorAnswer, 422: ErrorAnswer, 503: ErrorAnswer}
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["progress", "done", "failed", "cancelled"]},
        "data": {"type": "string", "description": "JSON, as GET /jobs/{job_id} answers it"},
    },
}
_EVENTS = {"content": {"text/event-stream": {"schema": _EVENT}}}


class JobId(BaseModel):
    """Which job."""

    job_id: str = Field(description="as POST /jobs answered it")


@jobs.post(
    "/jobs",
    responses={202: JobAnswer, **_UPLOAD_ERRORS},
    openapi_extensions=medium_body(
        Options, "A video, an image, or a ZIP of them", "application/zip"
    ),
)
def add(query: Options) -> tuple[Response, int, dict[str, str]]:
    """Hand in a long video, or a ZIP of clips."""
    parts = services()
    parts.registry.check_name(query.model)
    with parts.jobs.place() as place:
        with received(request, place.parent, keep_at=place) as upload:
            options = parse(Options, {**request.args, **upload.fields})
        job = _described(parts.jobs.add(place, options))
    return jsonify(job), 202, {"Location": job["links"]["self"]}


@jobs.get("/jobs/<job_id>", responses={200: JobAnswer, 404: ErrorAnswer})
def state(path: JobId) -> Response:
    """How far a job is."""
    return jsonify(_described(services().jobs.get(path.job_id)))


@jobs.get("/jobs/<job_id>/events", responses={200: _EVENTS, 404: ErrorAnswer, 503: ErrorAnswer})
def events(path: JobId) -> Response:
    """How far a job is, as server-sent events until it has ended."""
    parts = services()
    job = parts.jobs.get(path.job_id)
    gone = request.environ.get(GONE) or threading.Event()
    stream = _events(parts.jobs, job, lambda: gone.is_set() or parts.stopping.is_set())
    return Response(stream, content_type="text/event-stream", headers={"Cache-Control": "no-store"})


@jobs.get(
    "/jobs/<job_id>/result",
    responses={200: JobResult, 404: ErrorAnswer, 409: ErrorAnswer},
)
def result(path: JobId) -> Response:
    """The answer of a job."""
    parts = services()
    job = parts.jobs.get(path.job_id)
    if job.state == DONE:
        return jsonify(_with_time_left(parts.jobs.store.result(job.id), parts.links))
    if job.is_finished:
        raise RequestError(f"There is no answer: {job.message}", job.error or job.state, 409)
    raise RequestError("The job has not ended yet.", "not_finished", 409)


@jobs.delete("/jobs/<job_id>", responses={200: JobAnswer, 404: ErrorAnswer, 409: ErrorAnswer})
def cancel(path: JobId) -> Response:
    """End a job."""
    return jsonify(_described(services().jobs.cancel(path.job_id)))


def _with_time_left(answer: dict[str, Any], links: Links) -> dict[str, Any]:
    """The answer, with what is left by now of the time that its links work."""
    for part in (answer, *answer.get("files", ())):
        if annotated := part.get("annotated"):
            annotated["expires_in_s"] = links.left_s(annotated["url"].removeprefix("/media/"))
    return answer


def _described(job: Job) -> dict[str, Any]:
    place = f"/jobs/{job.id}"
    described = {
        "success": True,
        "id": job.id,
        "state": job.state,
        "kind": job.kind,
        "progress": round(job.progress, 3),
        "message": job.message,
        "links": {"self": place, "events": f"{place}/events", "result": f"{place}/result"},
    }
    if job.state == FAILED:
        described["error"] = {"error": job.error, "message": job.message}
    return described


def _events(jobs: Jobs, job: Job, is_over: Any) -> Iterator[bytes]:
    told, told_at = None, time.monotonic()
    while not is_over():
        described = _described(job)
        if described != told:
            name = job.state if job.is_finished else "progress"
            yield f"event: {name}\ndata: {json.dumps(described)}\n\n".encode()
            told, told_at = described, time.monotonic()
        elif time.monotonic() - told_at > _SILENCE_S:
            yield b": still there\n\n"
            told_at = time.monotonic()
        if job.is_finished:
            return
        time.sleep(_LOOK_S)
        job = jobs.get(job.id)
