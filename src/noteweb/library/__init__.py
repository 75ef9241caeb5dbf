"""Libraries of literature: BibTeX, CSL-JSON, RIS and tables, read to references and written.

`read` knows the formats, `write` makes RIS and CSV that read back to the same references.
"""
