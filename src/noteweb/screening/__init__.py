"""Screening: a library ranked by a review's criteria, then by the reader's answers."""
