"""A model folder is read as it is, and its identity changes with whatever changes vectors."""

from __future__ import annotations

import pytest

from made_model import MAX_LENGTH, write_json, write_model, write_safetensors
from noteweb.embed import hub
from noteweb.embed.folder import find_folder, identify, read_folder
from noteweb.errors import ModelUnavailable


def identity_of(path, name="org/tiny"):
    """Identify a folder with a memory of its own."""
    return identify(read_folder(path, name), path.parent / "memory.json")


def test_the_files_are_believed(tmp_path):
    """Length, pooling and modules come from the folder's own files."""
    folder = read_folder(write_model(tmp_path, pooling="cls"), "tiny")
    assert folder.max_length == MAX_LENGTH
    assert folder.pooling == ("cls",)
    assert folder.modules == ("Transformer", "Pooling", "Normalize")
    assert not folder.prompts


@pytest.mark.parametrize("mode", ["mean", ["mean"]])
def test_the_newer_form_of_pooling_is_read(tmp_path, mode):
    """A pooling mode given by name means the same as the flag."""
    write_json(write_model(tmp_path) / "1_Pooling" / "config.json", {"pooling_mode": mode})
    assert read_folder(tmp_path, "tiny").pooling == ("mean",)


@pytest.mark.parametrize(
    ("own", "tokenizer", "expected"),
    [({"max_seq_length": 20}, 30, 20), ({}, 30, 30), ({}, 10**30, MAX_LENGTH)],
)
def test_the_length_falls_back(tmp_path, own, tokenizer, expected):
    """The length is the model's own, else the tokenizer's, else the positions'."""
    write_json(write_model(tmp_path) / "sentence_bert_config.json", own)
    write_json(tmp_path / "tokenizer_config.json", {"model_max_length": tokenizer})
    assert read_folder(tmp_path, "tiny").max_length == expected


def test_an_identity_is_stable_and_says_what_it_is_of(tmp_path):
    """Two folders of one model have one identity, with its short name, length and recipe."""
    one, two = write_model(tmp_path / "a"), write_model(tmp_path / "b")
    assert identity_of(one) == identity_of(two)
    name, weights, tokenizer, length, recipe = identity_of(one).split(":")
    assert (name, length, recipe) == ("tiny", str(MAX_LENGTH), "float32-mean-unit")
    assert (len(weights), len(tokenizer)) == (12, 8)


def change_weights(path):
    """Give the model other weights."""
    write_safetensors(path / "model.safetensors", {})


def change_tokenizer(path):
    """Give the model another tokenizer."""
    (path / "tokenizer.json").write_text("{}")


def change_length(path):
    """Give the model a shorter length."""
    write_json(path / "sentence_bert_config.json", {"max_seq_length": 16})


def change_pooling(path):
    """Give the model another pooling."""
    write_json(path / "1_Pooling" / "config.json", {"pooling_mode": "cls"})


def change_prompts(path):
    """Give the model a document prompt."""
    write_json(path / "config_sentence_transformers.json", {"prompts": {"document": "d: "}})


@pytest.mark.parametrize(
    "change", [change_weights, change_tokenizer, change_length, change_pooling, change_prompts]
)
def test_whatever_changes_vectors_changes_the_identity(tmp_path, change):
    """Weights, tokenizer, length, pooling and prompts each open a new space."""
    before = identity_of(write_model(tmp_path / "a"))
    change(tmp_path / "a")
    assert identity_of(tmp_path / "a") != before


def test_a_folder_that_is_no_model_says_so(tmp_path):
    """Missing and damaged files are one line that names the file."""
    with pytest.raises(ModelUnavailable, match=r"config\.json is missing"):
        read_folder(tmp_path, "tiny")
    (write_model(tmp_path) / "modules.json").write_text("{")
    with pytest.raises(ModelUnavailable, match="is no model folder"):
        read_folder(tmp_path, "tiny")


def test_a_folder_without_weights_has_no_identity(tmp_path):
    """A space cannot be named without the weights."""
    (write_model(tmp_path) / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="no weights"):
        identity_of(tmp_path)


@pytest.mark.parametrize("name", ["sentence-transformers/tiny", "tiny"])
def test_a_model_in_the_cache_is_found_by_its_name(tmp_path, monkeypatch, name):
    """The hub's cache is looked through without the hub's client, by long and short name."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert find_folder(name) is None
    repository = tmp_path / "models--sentence-transformers--tiny"
    write_model(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    assert find_folder(name) == repository / "snapshots" / "abc"


def test_an_unreachable_hub_is_said_at_once(monkeypatch):
    """Without a network the error comes from one attempt, and so does it when offline is set."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        hub.check_hub("org/tiny")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="HF_HUB_OFFLINE is set"):
        hub.check_hub("org/tiny")


@pytest.mark.parametrize("name", ["./models/tiny", "/no/such/folder", "a/b/c", "", "two words"])
def test_a_name_that_is_no_name_is_not_asked_for(monkeypatch, name):
    """A path that does not exist is said to be one, without a network."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match="no such folder"):
        hub.check_hub(name)
