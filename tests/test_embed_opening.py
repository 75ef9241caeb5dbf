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
from noteweb.embed.adaptive import AdaptiveEmbedder
from noteweb.embed.bert import BertEmbedder
from noteweb.embed.hashing import HashingEmbedder
from noteweb.embed.onnx import OnnxTransformer
from noteweb.errors import BadRequest, ModelUnavailable


class Large(HashingEmbedder):
    """Stands for the quicker encoder and counts what it is given."""

    def __init__(self, device="cuda", identity=None):
        super().__init__()
        self.device = device
        self.identity = identity or self.identity
        self.n_texts = 0

    def encode(self, texts, *, on_done=None):
        """Count the texts."""
        self.n_texts += len(texts)
        return super().encode(texts, on_done=on_done)


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


def test_a_bert_needs_no_torch(tmp_path, monkeypatch):
    """Few passages and queries run in NumPy, many in onnxruntime, and all meet in one space."""
    monkeypatch.setattr(opening, "_MANY_FOR_ONNX", 3)
    path = write_model(tmp_path / "tiny")
    query, bulk = open_tiny(path), open_tiny(path, purpose="bulk", device="cpu")
    assert isinstance(query, BertEmbedder)
    assert query.identity == bulk.identity
    texts = ["a b", "c"]
    few = bulk.encode(texts)
    assert "_large" not in vars(bulk)
    many = bulk.encode(texts)
    assert isinstance(bulk._large._transformer, OnnxTransformer)
    for vectors in (few, many):
        np.testing.assert_allclose(vectors, query.encode(texts), atol=1e-6)


def test_without_onnxruntime_numpy_does_all(tmp_path, monkeypatch):
    """Where onnxruntime is not installed, passages run in NumPy too."""
    monkeypatch.setattr("noteweb.embed.onnx.find_spec", lambda _: None)
    path = write_model(tmp_path / "tiny")
    assert isinstance(open_tiny(path, purpose="bulk", device="cpu"), BertEmbedder)


def test_what_numpy_cannot_run_goes_to_torch(tmp_path):
    """Another device, another kind of model and a name from the hub need sentence-transformers."""
    path = write_model(tmp_path / "tiny")
    assert isinstance(open_tiny(path, device="cuda"), Opened)
    write_json(path / "1_Pooling" / "config.json", {"pooling_mode": "max"})
    assert isinstance(open_tiny(path), Opened)
    assert isinstance(open_embedder("some-org/some-model-nobody-cached"), Opened)


def test_an_accelerator_is_taken_for_passages_only(tmp_path, monkeypatch):
    """On a machine with a GPU, "auto" takes it for many passages; queries and "cpu" never."""
    monkeypatch.setattr(opening, "has_accelerator", lambda: True)
    monkeypatch.setattr(opening, "_MANY_FOR_TORCH", 1)
    opened = []
    monkeypatch.setattr(opening, "_open_sbert", lambda *how: opened.append(how) or Large("cuda"))
    path = write_model(tmp_path / "tiny")
    open_tiny(path).encode(["a"])
    open_tiny(path, purpose="bulk", device="cpu").encode(["a"])
    assert opened == []
    open_tiny(path, purpose="bulk").encode(["a"])
    assert [how[:2] for how in opened] == [(str(path), "auto")]


def test_an_accelerator_that_ends_on_the_processor_is_not_used(tmp_path, monkeypatch):
    """Where torch finds no GPU behind the one that showed itself, it encodes nothing."""
    monkeypatch.setattr(opening, "_open_sbert", lambda *_: Large("cpu"))
    assert opening._open_accelerated("tiny", None) is None


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


def encode_all(open_large):
    """Encode 3 texts, a query, 6 texts and 4, of which 10 and more are many."""
    embedder = AdaptiveEmbedder(HashingEmbedder(), open_large, many=10)
    assert embedder.encode_query("a").shape == (embedder.dim,)
    for n_texts in (3, 6, 4):
        assert embedder.encode(["a"] * n_texts).shape == (n_texts, embedder.dim)


def test_few_texts_do_not_start_the_quicker_one():
    """It is opened by the call that makes the texts many, over all calls together."""
    large = Large()
    encode_all(lambda: large)
    assert large.n_texts == 4


def test_one_of_another_space_is_not_used():
    """A quicker one of another space, or none at all, leaves the work to the small one."""
    large = Large(identity="another")
    encode_all(lambda: large)
    encode_all(lambda: None)
    assert large.n_texts == 0


def test_a_quicker_one_that_fails_is_done_without():
    """When it cannot be loaded, nothing is lost."""

    def fail():
        raise ModelUnavailable(name="default", reason="no torch here")

    encode_all(fail)


@pytest.mark.model
def test_a_query_loads_nothing_heavy():
    """Encoding one query with the default model keeps torch and its company out."""
    heavy = ["torch", "transformers", "onnxruntime", "sklearn", "scipy", "networkx"]
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
