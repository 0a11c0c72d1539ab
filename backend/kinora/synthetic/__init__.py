"""Rendered people doing actions: the data set that needs no download."""

from kinora.synthetic.actions import ACTIONS
from kinora.synthetic.clip import PersonClip, render_clip
from kinora.synthetic.dataset import LAYOUTS, write_dataset
from kinora.synthetic.plan import DatasetOptions, PlannedClip, plan_dataset

__all__ = [
    "ACTIONS",
    "LAYOUTS",
    "DatasetOptions",
    "PersonClip",
    "PlannedClip",
    "plan_dataset",
    "render_clip",
    "write_dataset",
]
