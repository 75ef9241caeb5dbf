"""The exception tree is what its drawing says, and every error speaks in one line."""

from __future__ import annotations

import inspect
import re

import noteweb.errors as errors_module
from noteweb.errors import NotewebError


def test_the_drawn_tree_is_the_tree():
    """Every exception of the module stands in the drawing, and the drawing names no other."""
    drawn = set(re.findall(r"[├└]── (\w+)", errors_module.__doc__ or ""))
    defined = {
        name
        for name, value in vars(errors_module).items()
        if inspect.isclass(value) and issubclass(value, NotewebError) and value is not NotewebError
    }
    assert drawn == defined
