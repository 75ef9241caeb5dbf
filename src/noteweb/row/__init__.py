"""Answers as rows: the public shapes of ``schemas/`` as JSON values, whoever asks."""

from typing import Any

Row = dict[str, Any]
