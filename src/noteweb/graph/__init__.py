"""The graph: `build` makes it from cards, `assembly` from an index; the others ask it.

`walk` goes from node to node, `route` explains the way between two notes, `census` counts and
ranks, `bridge` and `community` tell what holds together. All work on `adjacency`.
`layout` gives the map: communities by `tie`s, placed by `arrangement` and `packing`.
"""
