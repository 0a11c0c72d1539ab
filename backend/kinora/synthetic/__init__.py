"""Rendered people doing actions: the data set that needs no download."""

from kinora.synthetic.actions import ACTIONS
from kinora.synthetic.clip import PersonClip, render_clip

__all__ = ["ACTIONS", "PersonClip", "render_clip"]
