"""The public shapes: valid schemas, found in a checkout and in an installed wheel alike."""

from __future__ import annotations

import dataclasses

import jsonschema
import pytest

from noteweb.config import Config
from noteweb.schema import read_schema, schema_names


def test_the_promised_schemas_are_there():
    """Note, config, query result and problem have a schema each."""
    assert {"note", "config", "query-result", "problem"} <= set(schema_names())


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_a_schema(name):
    """Each file is valid JSON Schema 2020-12 and says what it describes."""
    schema = read_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["description"]


def test_the_config_schema_knows_every_setting():
    """Schema and code agree on the keys of noteweb.toml and their defaults."""
    properties = read_schema("config")["properties"]
    fields = {field.name: field.default for field in dataclasses.fields(Config)}
    assert properties.keys() == fields.keys()
    new = fields.pop("new")
    assert properties["new"]["default"] == {}
    assert properties["new"]["properties"].keys() == {f.name for f in dataclasses.fields(new)}
    for name, default in fields.items():
        assert properties[name]["default"] == (list(default) if name == "ignore" else default)


def test_an_unknown_schema_is_missing():
    """Asking for a schema that is not there says so."""
    with pytest.raises(FileNotFoundError):
        read_schema("nothing")


def test_a_notes_problems_are_problems():
    """The note's schema stands alone, and its copy of a problem is the problem's own."""
    copied, own = read_schema("note")["$defs"]["problem"], read_schema("problem")
    assert copied == {key: own[key] for key in copied}
    assert "urn:" not in str({k: v for k, v in read_schema("note").items() if k != "$id"})
