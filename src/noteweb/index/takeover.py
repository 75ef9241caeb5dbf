"""Taking over the catalogue of an older noteweb: laid out anew, with the vectors it has.

What notes say is read from them again, which costs seconds; embedding them again would cost
minutes to hours, so vectors are carried over by the content that they are of.
"""

from __future__ import annotations

import sqlite3

#: What of a catalogue stays true in another layout, by table; each is read as far as it is there.
_CARRIED = {
    "meta": ("key", "value"),
    "vectors": ("key", "row"),
    "phrases": ("key", "vector"),
}
#: The settings that tell which vectors there are, and of which model.
_SETTINGS = frozenset({"space", "model", "dim", "cutter", "n_rows", "vectors_file", "ann_rows"})


def take_over(db: sqlite3.Connection, tables: str, layout: int) -> None:
    """Lay `tables` out anew in place of those of an older layout, in one transaction.

    The generation goes on, so that the text index of before is known to lag behind.

    Raises
    ------
    sqlite3.Error
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        settings = dict(_read(db, "meta"))
        if settings.get("layout") != str(layout):  # else another process was quicker
            _lay_out(db, tables, settings, layout)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _lay_out(db: sqlite3.Connection, tables: str, settings: dict[str, str], layout: int) -> None:
    carried = {table: _read(db, table) for table in ("vectors", "phrases")}
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in db.execute(names).fetchall():
        db.execute(f'DROP TABLE "{name}"')
    for statement in tables.split(";"):
        db.execute(statement)
    carried["meta"] = [(key, value) for key, value in settings.items() if key in _SETTINGS]
    carried["meta"] += [
        ("layout", str(layout)),
        ("generation", str(int(settings.get("generation", "0")) + 1)),
    ]
    for table, rows in carried.items():
        db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)  # a name of ours


def _read(db: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """Give what the table holds; nothing where an older layout had none of this shape."""
    try:
        return db.execute(
            f"SELECT {', '.join(_CARRIED[table])} FROM {table}"
        ).fetchall()  # names of ours
    except sqlite3.OperationalError:
        return []
