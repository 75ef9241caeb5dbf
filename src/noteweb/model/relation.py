"""The words of the graph: what its nodes and edges are, and where a relation comes from."""

from __future__ import annotations

from enum import StrEnum


class NodeKind(StrEnum):
    """What a node stands for; the first part of its key."""

    NOTE = "note"
    GHOST = "ghost"  # a note that others want and nobody has written
    TAG = "tag"
    DOMAIN = "domain"
    TOOL = "tool"
    CLAIM = "claim"
    EXPERIMENT = "experiment"


class EdgeKind(StrEnum):
    """The relations that noteweb knows; a typed relation (supports) is its own kind."""

    LINKS_TO = "links_to"
    EMBEDS = "embeds"
    TAGGED = "tagged"
    DOCKS_TO = "docks_to"
    SPEAKS_TO = "speaks_to"
    FEEDS_BACK = "feeds_back"
    PART_OF = "part_of"
    SIMILAR = "similar"
    STATED_IN = "stated_in"  # from a claim to its note
    EVIDENCE = "evidence"  # from a claim to an experiment


class Provenance(StrEnum):
    """Where a relation comes from; the layers never mix."""

    EXPLICIT = "explicit"  # written as a link or a tag
    INFERRED = "inferred"  # read out of a field's prose
    SIMILARITY = "similarity"  # nearness of vectors
    MEASURED = "measured"  # an experiment
