"""From text to values: nothing here raises on bad data."""
