"""The answer drawn onto the picture: a label, and for videos a time line."""

from kinora.annotate.files import annotate, annotated_suffix

__all__ = ["annotate", "annotated_suffix"]
