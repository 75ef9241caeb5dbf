"""The encoder that is opened is the cheapest that can do it, and the space stays the same."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from made_model import write_json, write_model
from noteweb.embed import open_embedder, opening
from noteweb.embed.adaptive import MANY, AdaptiveEmbedder
from noteweb.embed.bert import BertEmbedder
from noteweb.embed.hashing import HashingEmbedder
from noteweb.errors import BadRequest, ModelUnavailable


@dataclass
class Opened:
    """Stands for the encoder that would load torch."""

    name: str
    device: str
    memory: object
    identity: str = ""


@pytest.fixture(autouse=True)
def without_torch(monkeypatch):
    """Record what would be opened with torch, and show no accelerator."""
    monkeypatch.setattr(opening, "_open_sbert", Opened)
    monkeypatch.setattr(opening, "has_accelerator", lambda: False)


def open_tiny(path, **how):
    """Open a folder without the user's cache."""
    return open_embedder(str(path), memory=path.parent / "memory.json", **how)


def test_a_bert_runs_in_numpy_for_both_purposes(tmp_path):
    """A folder NumPy can run needs no torch, and query and index meet in one space."""
    path = write_model(tmp_path / "tiny")
    query, bulk = open_tiny(path), open_tiny(path, purpose="bulk", device="cpu")
    assert isinstance(query, BertEmbedder)
    assert isinstance(bulk, BertEmbedder)
    assert query.identity == bulk.identity
    np.testing.assert_allclose(query.encode_query("a b"), bulk.encode(["a b"])[0], atol=1e-6)


def test_what_numpy_cannot_run_goes_to_torch(tmp_path):
    """Another device, another kind of model and a name from the hub need sentence-transformers."""
    path = write_model(tmp_path / "tiny")
    assert isinstance(open_tiny(path, device="cuda"), Opened)
    write_json(path / "1_Pooling" / "config.json", {"pooling_mode": "max"})
    assert isinstance(open_tiny(path), Opened)
    assert isinstance(open_embedder("some-org/some-model-nobody-cached"), Opened)


def test_an_accelerator_is_taken_for_passages_only(tmp_path, monkeypatch):
    """On a machine with a GPU, "auto" adapts for bulk; queries and "cpu" stay in NumPy."""
    monkeypatch.setattr(opening, "has_accelerator", lambda: True)
    path = write_model(tmp_path / "tiny")
    assert isinstance(open_tiny(path, purpose="bulk"), AdaptiveEmbedder)
    assert isinstance(open_tiny(path), BertEmbedder)
    assert isinstance(open_tiny(path, purpose="bulk", device="cpu"), BertEmbedder)


def test_an_unknown_device_is_a_bad_request():
    """A device that no backend knows is refused with the list."""
    with pytest.raises(BadRequest, match="no device 'tpu'"):
        open_embedder(device="tpu")


def test_only_the_published_default_is_accepted(tmp_path, monkeypatch):
    """A default model whose weights are not the published ones is refused."""
    package = tmp_path / "changed_weights"
    write_model(package / "model")
    (package / "__init__.py").write_text("raise SystemExit('must not be imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("noteweb.embed.folder._DEFAULT_PACKAGE", "changed_weights")
    with pytest.raises(ModelUnavailable, match="not 53aa5117"):
        open_embedder("default", memory=tmp_path / "memory.json")
    monkeypatch.setattr("noteweb.embed.folder._DEFAULT_PACKAGE", "not_installed_at_all")
    with pytest.raises(ModelUnavailable, match="is not installed"):
        open_embedder()


class Large(HashingEmbedder):
    """Stands for the accelerated encoder and counts what it is given."""

    def __init__(self, device="cuda", identity=None):
        super().__init__()
        self.device = device
        self.identity = identity or self.identity
        self.n_texts = 0

    def encode(self, texts, *, on_done=None):
        """Count the texts."""
        self.n_texts += len(texts)
        return super().encode(texts, on_done=on_done)


def encode_both(open_large):
    """Encode one text, a query and many texts; give the vectors of the many."""
    embedder = AdaptiveEmbedder(HashingEmbedder(), open_large)
    assert embedder.encode(["a"]).shape == (1, embedder.dim)
    assert embedder.encode_query("a").shape == (embedder.dim,)
    return embedder.encode(["a"] * MANY)


def test_few_texts_do_not_start_the_accelerator():
    """Only a call for many texts opens it."""
    large = Large()
    assert len(encode_both(lambda: large)) == MANY
    assert large.n_texts == MANY


@pytest.mark.parametrize("large", [Large(device="cpu"), Large(identity="another")])
def test_an_accelerator_that_is_none_is_not_used(large):
    """One that ends on the CPU, or in another space, leaves the work to NumPy."""
    assert len(encode_both(lambda: large)) == MANY
    assert large.n_texts == 0


def test_an_accelerator_that_fails_is_done_without():
    """When it cannot be loaded, nothing is lost."""

    def fail():
        raise ModelUnavailable(name="default", reason="no torch here")

    assert len(encode_both(fail)) == MANY


@pytest.mark.model
def test_a_query_loads_nothing_heavy():
    """Encoding one query with the default model keeps torch and its company out."""
    heavy = ["torch", "transformers", "sentence_transformers", "sklearn", "scipy", "networkx"]
    code = (
        "import sys\nfrom noteweb.embed import open_embedder\n"
        "assert open_embedder().encode_query('order').shape == (384,)\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
