"""Data sets: finding clips on disk, splitting them without leaks, looking them over."""
