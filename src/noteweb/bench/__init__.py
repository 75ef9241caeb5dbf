"""Benchmarks: what noteweb's answers are worth on labelled data of the user's own."""
