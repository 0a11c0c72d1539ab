"""Many files: found, answered side by side, written so that no moment loses any."""
