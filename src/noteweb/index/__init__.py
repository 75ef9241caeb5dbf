"""The index of a vault: what is derived from the notes so that questions are answered at once.

`catalogue` (SQLite), `vectors` (a mapped file), `textindex` (tantivy) and `nearest` (FAISS) are the
parts, `folder` ties them together, `sync` and `embedding` keep them up to date, `lookup` asks.
"""
