"""What this server is and knows: GET /classes, /models and /healthz."""

from flask import Blueprint, Response, current_app, jsonify, request

from kinora.errors import SettingError
from kinora.model.bundle import Bundle, list_bundles

facts = Blueprint("facts", __name__)


@facts.get("/healthz")
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@facts.get("/models")
def models() -> Response:
    """Every bundle that was found, and the broken ones with the reason."""
    good, broken = list_bundles(current_app.config["MODELS_FOLDER"])
    defaults = default_names(good)
    return jsonify(
        models=[_described(bundle, bundle.info.name in defaults) for bundle in good],
        broken=[{"name": entry.folder.name, "reason": entry.reason} for entry in broken],
    )


@facts.get("/classes")
def classes() -> Response:
    """The actions of one model (`?model=NAME`), or of the default one."""
    good, _ = list_bundles(current_app.config["MODELS_FOLDER"])
    name = request.args.get("model")
    chosen = [b for b in good if b.info.name == name] if name else _defaults_first(good)
    if name and not chosen:
        known = ", ".join(b.info.name for b in good) or "none yet"
        raise SettingError(f"There is no model {name[:64]!r}; there is {known}.")
    names = list(chosen[0].info.classes) if chosen else []
    return jsonify(classes=names, count=len(names))


def default_names(bundles: list[Bundle]) -> set[str]:
    """The first bundle of each input kind answers where no model is named."""
    firsts: dict[str, str] = {}
    for bundle in bundles:
        firsts.setdefault(bundle.info.input_kind, bundle.info.name)
    return set(firsts.values())


def _defaults_first(bundles: list[Bundle]) -> list[Bundle]:
    return sorted(bundles, key=lambda bundle: bundle.info.input_kind != "video")


def _described(bundle: Bundle, is_default: bool) -> dict[str, object]:
    info = bundle.info
    return {
        "name": info.name,
        "input": info.input_kind,
        "classes": list(info.classes),
        "clip": info.clip.to_dict(),
        "scores": dict(info.scores),
        "default": is_default,
    }
