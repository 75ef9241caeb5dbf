"""Experiments that claims of notes can name; each file says what it re-runs and how it can fail."""
