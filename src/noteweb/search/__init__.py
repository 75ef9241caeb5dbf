"""Finding notes: by a query (`query`), or by another note (`related`)."""
