"""What requests may hold and answers hold, as the OpenAPI document shows it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from kinora.errors import RequestError

_MOST_TOP = 1000


class ModelChoice(BaseModel):
    """Which model."""

    model_config = ConfigDict(protected_namespaces=())

    model: str | None = Field(None, description="name of a model; else the default one")


class Options(ModelChoice):
    """How a medium is to be answered."""

    top_k: int = Field(5, ge=1, le=_MOST_TOP, description="actions to name")
    timeline: bool = Field(False, description="1: say what happens when")
    annotate: bool = Field(False, description="1: draw the answer, and link to that")
    explain: bool = Field(False, description="1: say which frames counted, and where")

    @property
    def is_thorough(self) -> bool:
        """Every part of the video has to be looked at."""
        return self.timeline or self.annotate


class ErrorAnswer(BaseModel):
    """Every error."""

    success: Literal[False]
    error: str
    message: str
    request_id: str


# What any guarded route may answer.
REFUSALS = {400: ErrorAnswer, 401: ErrorAnswer, 429: ErrorAnswer}


class Score(BaseModel):
    """An action and how sure the model is of it, in percent."""

    action: str
    confidence: float


class BestScore(Score):
    """The best one."""

    class_index: int


class Medium(BaseModel):
    """The facts of the file."""

    kind: Literal["video", "image"]
    duration_s: float
    fps: float | None
    width: int
    height: int
    frames_used_s: list[float]


class SegmentAnswer(BaseModel):
    """A stretch of time with one action."""

    start_s: float
    end_s: float
    action: str
    confidence: float


class Second(BaseModel):
    """The best action of one second."""

    time_s: float
    action: str
    confidence: float


class ModelVersion(BaseModel):
    """Which model answered."""

    name: str
    version: str


class Annotated(BaseModel):
    """The medium with the answer drawn onto it."""

    url: str
    type: Literal["video/mp4", "image/jpeg"]
    expires_in_s: int


class FrameWeight(BaseModel):
    """What a frame had to do with the answer."""

    time_s: float
    weight: float
    image: str
    heat: list[list[float]] | None


class ExplanationAnswer(BaseModel):
    """Which frames carried the answer; their weights add up to 1."""

    frames: list[FrameWeight]


class PredictAnswer(BaseModel):
    """The answer for one video or image. Confidences are percent, `all_predictions` fractions."""

    success: Literal[True]
    action: str
    prediction: BestScore
    top: list[Score]
    all_predictions: dict[str, float]
    message: str
    unsure: bool
    input: Medium
    model: ModelVersion
    timings_ms: dict[str, float]
    warnings: list[str]
    segments: list[SegmentAnswer] = Field(default=[], description="with timeline=1")
    seconds: list[Second] = Field(default=[], description="with timeline=1")
    annotated: Annotated | None = Field(default=None, description="with annotate=1")
    explanation: ExplanationAnswer | None = Field(default=None, description="with explain=1")
    preview: str | None = Field(default=None, description="the first frame, with explain=1")


class JobLinks(BaseModel):
    """Where a job is asked about."""

    self: str
    events: str
    result: str


class JobError(BaseModel):
    """Why a job failed."""

    error: str
    message: str


class JobAnswer(BaseModel):
    """How a job is."""

    success: Literal[True]
    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    kind: Literal["video", "image", "folder"]
    progress: float
    message: str
    links: JobLinks
    error: JobError | None = Field(default=None, description="once it has failed")


class FolderAnswer(BaseModel):
    """The answers for the files of a ZIP: each like that of POST /predict, or an error."""

    success: Literal[True]
    files: list[dict[str, Any]]


class JobResult(RootModel[PredictAnswer | FolderAnswer]):
    """What a job answered."""


class ModelFacts(BaseModel):
    """A model that is served."""

    name: str
    version: str
    size_bytes: int
    input: Literal["video", "image"]
    classes: list[str]
    clip: dict[str, Any]
    scores: dict[str, Any]
    default: bool


class BrokenModel(BaseModel):
    """A bundle that cannot be used."""

    name: str
    reason: str


class ModelsAnswer(BaseModel):
    """All models."""

    models: list[ModelFacts]
    broken: list[BrokenModel]


class ClassesAnswer(BaseModel):
    """The actions that a model knows."""

    classes: list[str]
    count: int


class Sample(BaseModel):
    """A file that ships with the project."""

    name: str
    url: str
    kind: Literal["video", "image"]


class SamplesAnswer(BaseModel):
    """All of them."""

    samples: list[Sample]


class StatusAnswer(BaseModel):
    """How the server is."""

    status: str


class AboutAnswer(StatusAnswer):
    """What the server is."""

    version: str
    models: list[str]
    classes: list[str]
    endpoints: list[str]


def parse(kind: type[BaseModel], values: dict[str, str]) -> Any:
    """Options from texts; empty ones count as not given.

    Raises:
        RequestError: One of them has an impossible value.
    """
    try:
        return kind.model_validate({name: text for name, text in values.items() if text != ""})
    except ValidationError as error:
        raise options_error(error) from error


def options_error(error: ValidationError) -> RequestError:
    """What is wrong with the first of the wrong options."""
    first = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    given = str(first.get("input"))[:64]
    reason = first["msg"][:1].lower() + first["msg"][1:]
    return RequestError(f"{name} cannot be {given!r}: {reason}.", "bad_option")
