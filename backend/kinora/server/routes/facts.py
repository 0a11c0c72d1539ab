"""What the models know: GET /classes and /models."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from kinora.server.registry import Registry, Served
from kinora.server.schemas import REFUSALS, ClassesAnswer, ModelChoice, ModelsAnswer
from kinora.server.services import services

facts = APIBlueprint("facts", __name__, abp_tags=[Tag(name="models")], abp_responses=REFUSALS)


@facts.get("/models", responses={200: ModelsAnswer})
def models() -> Response:
    """Every model that is served, and the broken ones with the reason."""
    registry = services().registry
    return jsonify(
        models=[_described(registry, served) for served in registry.served],
        broken=[{"name": name, "reason": reason} for name, reason in registry.broken.items()],
    )


@facts.get("/classes", responses={200: ClassesAnswer})
def classes(query: ModelChoice) -> Response:
    """The actions of one model, or of the default one."""
    registry = services().registry
    if not query.model and not registry.served:
        return jsonify(classes=[], count=0)
    names = list(registry.choose(query.model).info.classes)
    return jsonify(classes=names, count=len(names))


def _described(registry: Registry, served: Served) -> dict[str, Any]:
    info = served.info
    return {
        "name": served.name,
        "version": served.recognizer.version,
        "size_bytes": served.size_bytes,
        "input": info.input_kind,
        "classes": list(info.classes),
        "clip": info.clip.to_dict(),
        "scores": dict(info.scores),
        "default": served is registry.default(info.input_kind),
    }
