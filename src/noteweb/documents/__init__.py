"""Documents: papers, pages, texts and references, read to sentences that know their place.

`read` is the door. A format's reader makes blocks, `compose` makes the document of them; a PDF
comes from `pdfium` in pieces, which `column`, `furniture`, `paragraph`, `rejoin` and `reflow` put
in the order of reading.
"""
