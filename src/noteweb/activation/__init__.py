"""Activation: a paper comes in, the notes whose conditions it meets fire."""
