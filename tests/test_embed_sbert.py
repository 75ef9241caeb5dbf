"""All encoders of a model agree; the only test module that imports torch."""

from __future__ import annotations

import numpy as np
import pytest

from made_model import write_json, write_model
from noteweb.embed import open_embedder, sbert
from noteweb.embed.bert import BertEmbedder
from noteweb.embed.folder import find_folder, identify, read_folder
from noteweb.embed.onnx import OnnxTransformer
from noteweb.embed.sbert import SbertEmbedder
from noteweb.embed.transformer import Transformer
from noteweb.errors import ModelUnavailable

CODE = "def mean(values):\n    return sum(values) / len(values)  # O(n)\n"
MIXED = [
    "",
    " \n\t ",
    "entropy",
    "When does a receptor fire on a paper it has never seen?",
    "Порядок возникает из шума, если система открыта.",
    "自组织临界性解释了许多幂律。",
    "🙂 🧬 ok",
    CODE,
    "naïve café — “quotes” … ½",
    "lone \udcff surrogate",
    "x" * 300,
    " ".join(f"Sentence {i} of a long passage about order and noise." for i in range(60)),
    *(f"A passage of {n} words: " + "energy flows " * n for n in range(1, 120, 7)),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Make a model without prompts."""
    return write_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.mark.model
def test_the_default_model_is_the_same_in_all():
    """On a mixed set every cosine is at least 0.99999, and the identities are equal."""
    reference = SbertEmbedder("default", "cpu")
    numpy_one = open_embedder()
    folder = read_folder(find_folder("default"), "default")
    onnx_one = BertEmbedder(folder, identify(folder), engine=OnnxTransformer)
    expected = reference.encode(MIXED)
    for one in (numpy_one, onnx_one):
        assert one.identity == reference.identity
        assert one.max_tokens == reference.max_tokens == 254
        assert np.einsum("ij,ij->i", one.encode(MIXED), expected).min() >= 0.99999
        queries = [one.encode_query(text) @ reference.encode_query(text) for text in MIXED[:6]]
        assert min(queries) >= 0.99999
    assert reference.identity.startswith("all-MiniLM-L6-v2:53aa51172d14:")


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_made_model_is_the_same_in_all(tmp_path, pooling):
    """Both poolings agree, and so do the identities."""
    path = write_model(tmp_path / "tiny", pooling=pooling)
    memory = tmp_path / "memory.json"
    torch_one = SbertEmbedder(str(path), "cpu", memory)
    folder = read_folder(path, str(path))
    texts = ["", "a b c", "hello world", "z " * 80]
    for engine in (Transformer, OnnxTransformer):
        one = BertEmbedder(folder, identify(folder, memory), engine=engine)
        assert torch_one.identity == one.identity
        assert np.einsum("ij,ij->i", one.encode(texts), torch_one.encode(texts)).min() > 0.99999


def test_another_device_gives_the_same_vectors(tiny, tmp_path, monkeypatch):
    """With a device that is CUDA by name alone, all that noteweb does for it changes no vector."""
    import torch

    load = sbert._load
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(sbert, "_load", lambda name, path, _: load(name, path, "cpu"))
    memory = tmp_path / "memory.json"
    on_gpu = open_embedder(str(tiny), device="cuda", purpose="bulk", memory=memory)
    on_cpu = open_embedder(str(tiny), device="cpu", memory=memory)
    assert (on_gpu.device, on_gpu.identity) == ("cuda", on_cpu.identity)
    np.testing.assert_allclose(on_gpu.encode(MIXED), on_cpu.encode(MIXED), atol=1e-3)


def test_query_and_document_prompts_are_used(tiny, tmp_path):
    """A query gets the query prompt, a passage the document prompt; both are kept room for."""
    path = write_model(tmp_path / "tiny")
    prompts = {"query": "ask me ", "document": "doc "}
    write_json(path / "config_sentence_transformers.json", {"prompts": prompts})
    memory = tmp_path / "memory.json"
    plain, prompted = (SbertEmbedder(str(p), "cpu", memory) for p in (tiny, path))
    assert prompted.identity != plain.identity
    assert prompted.max_tokens == plain.max_tokens - len("askme")
    assert prompted.encode_query("x") @ plain.encode_query("ask me x") > 0.99999
    assert prompted.encode(["x"])[0] @ plain.encode_query("doc x") > 0.99999


def test_it_is_silent_and_counts(tiny, tmp_path, capfd):
    """Loading and encoding print nothing; every text is counted."""
    done = []
    embedder = SbertEmbedder(str(tiny), "cpu", tmp_path / "memory.json")
    assert embedder.encode(["a", "b", "c"], on_done=done.append).shape == (3, embedder.dim)
    assert sum(done) == 3
    assert embedder.encode([]).shape == (0, embedder.dim)
    assert capfd.readouterr() == ("", "")


def test_a_device_that_is_not_there_is_said(tiny):
    """Asking for an accelerator that this machine lacks is one line."""
    torch = pytest.importorskip("torch")
    if torch.backends.mps.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(ModelUnavailable, match="no mps device"):
        open_embedder(str(tiny), device="mps")


def test_a_damaged_model_is_said(tmp_path):
    """Weights that cannot be read are one line, not a traceback of the library."""
    path = write_model(tmp_path / "tiny")
    (path / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(ModelUnavailable) as caught:
        SbertEmbedder(str(path), "cpu", tmp_path / "memory.json")
    assert "\n" not in caught.value.message
