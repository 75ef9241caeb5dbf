"""NumPy and onnxruntime compute BERT, however the texts are packed."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import made_model
from made_model import DIM, EPSILON, MAX_LENGTH, N_HEADS, N_LAYERS, make_tensors, write_model
from noteweb.embed.bert import BertEmbedder, find_obstacle
from noteweb.embed.folder import read_folder
from noteweb.embed.onnx import OnnxTransformer
from noteweb.embed.transformer import Transformer
from noteweb.errors import ModelUnavailable

ENGINES = [Transformer, OnnxTransformer]

TEXTS = [
    "",
    "   ",
    "a",
    "абв x",
    "hello world",
    "🙂 ok",
    "one two three",
    "z" * 90,
    "b a " * 40,
    "\udcff c",
]


def open_model(path, n_threads=1, engine=Transformer, **made):
    """Open a made model."""
    folder = read_folder(write_model(path, **made), "tiny")
    return BertEmbedder(folder, "tiny", n_threads, engine=engine)


def encode_slowly(ids, tensors, pooling):
    """BERT for one text in float64, line by line as in the paper."""
    w = {name: tensor.astype(float) for name, tensor in tensors.items()}

    def norm(x, name):
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + EPSILON)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(N_LAYERS):
        name = f"encoder.layer.{layer}"
        q, k, v = (dense(x, f"{name}.attention.self.{role}") for role in ("query", "key", "value"))
        heads = []
        for head in np.split(np.arange(DIM), N_HEADS):
            scores = q[:, head] @ k[:, head].T / math.sqrt(len(head))
            scores = np.exp(scores - scores.max(1, keepdims=True))
            heads.append(scores / scores.sum(1, keepdims=True) @ v[:, head])
        attended = dense(np.hstack(heads), f"{name}.attention.output.dense")
        x = norm(x + attended, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(x + dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    pooled = x[0] if pooling == "cls" else x.mean(0)
    return pooled / np.linalg.norm(pooled)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("scale", [0.3, 3.0])
@pytest.mark.parametrize("engine", ENGINES)
def test_it_computes_bert(tmp_path, pooling, scale, engine):
    """Each vector equals the paper's formula, scores beyond the range of exp included."""
    embedder = open_model(tmp_path, pooling=pooling, scale=scale, engine=engine)
    vectors = embedder.encode(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        (ids,) = embedder.tokenizer.ids([text])
        assert vector @ encode_slowly(ids, make_tensors(scale), pooling) > 1 - 1e-5


@pytest.mark.parametrize("engine", ENGINES)
def test_packing_and_threads_change_nothing(tmp_path, engine):
    """A text's vector does not depend on its neighbours, their order or the threads."""
    one, two = (open_model(tmp_path, n_threads=n, engine=engine) for n in (1, 2))
    texts = TEXTS * 30
    vectors = one.encode(texts)
    assert vectors.shape == (len(texts), DIM)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(vectors, two.encode(texts), atol=1e-5)
    np.testing.assert_allclose(
        vectors[: len(TEXTS)], [one.encode_query(t) for t in TEXTS], atol=1e-5
    )
    np.testing.assert_allclose(vectors[::-1], one.encode(texts[::-1]), atol=1e-5)
    assert one.encode([]).shape == (0, DIM)


def test_many_texts_are_tokenized_by_and_by(tmp_path, monkeypatch):
    """Texts beyond what is tokenized at once get their own vectors too."""
    embedder = open_model(tmp_path)
    vectors = embedder.encode(TEXTS)
    monkeypatch.setattr("noteweb.embed.bert._TEXTS_AT_ONCE", 3)
    np.testing.assert_allclose(embedder.encode(TEXTS), vectors, atol=1e-5)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_progress_counts_every_text_once(tmp_path, n_threads):
    """The numbers given to `on_done` sum to the number of texts, over several calls."""
    done = []
    open_model(tmp_path, n_threads).encode(TEXTS * 30, on_done=done.append)
    assert sum(done) == 300
    assert len(done) > 1


def test_the_shipped_truncation_is_not_used(tmp_path):
    """The tokenizer file's own truncation and padding give way to the model's length."""
    tokenizer = open_model(tmp_path).tokenizer
    assert [len(ids) for ids in tokenizer.ids(["a", "a " * 10, "a " * 99])] == [3, 12, MAX_LENGTH]
    assert len(tokenizer.offsets("a " * 99)) == 99
    assert tokenizer.offsets("\udcffa ab") == [(1, 2), (3, 4), (4, 5)]


@pytest.mark.parametrize("engine", ENGINES)
def test_max_tokens_is_what_the_encoder_sees(tmp_path, engine):
    """A text of max_tokens is seen to its last token, one more is not."""
    embedder = open_model(tmp_path, engine=engine)
    head = "a " * (embedder.max_tokens - 1)
    last, beyond = embedder.encode([head + "b", head + "b c"])
    assert last @ beyond > 1 - 1e-6
    assert last @ embedder.encode_query(head + "c") < 1 - 1e-4


@pytest.mark.parametrize(
    ("file", "change", "obstacle"),
    [
        ("config.json", {"model_type": "roberta"}, "no BERT"),
        ("config.json", {"hidden_act": "gelu_new"}, "activation"),
        ("config.json", {"position_embedding_type": "relative_key"}, "positions"),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "pooling"),
        ("sentence_bert_config.json", {"do_lower_case": True}, "lowers"),
        ("config_sentence_transformers.json", {"prompts": {"query": "q: "}}, "prompts"),
    ],
)
def test_what_it_cannot_run_is_refused(tmp_path, file, change, obstacle):
    """Each unsupported setting is named; the model without it is accepted."""
    path = write_model(tmp_path)
    assert find_obstacle(read_folder(path, "tiny")) is None
    target = path / file
    value = json.loads(target.read_text()) if target.exists() else {}
    made_model.write_json(target, value | change)
    assert obstacle in find_obstacle(read_folder(path, "tiny"))


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_an_obstacle(tmp_path, name):
    """Without its tokenizer or its weights the model is left to sentence-transformers."""
    (write_model(tmp_path) / name).unlink()
    assert name in find_obstacle(read_folder(tmp_path, "tiny"))


@pytest.mark.parametrize("n_bytes", [4, 40, 4000])
def test_cut_off_weights_are_named(tmp_path, n_bytes):
    """A half-copied weights file is a model that cannot be loaded, not a crash."""
    weights = write_model(tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:n_bytes])
    folder = read_folder(tmp_path, "tiny")
    with pytest.raises(ModelUnavailable, match="damaged"):
        assert find_obstacle(folder) or BertEmbedder(folder, "tiny")


def test_a_missing_tensor_is_named(tmp_path):
    """Weights without a layer's tensor are left to sentence-transformers."""
    tensors = make_tensors()
    del tensors["encoder.layer.1.output.dense.weight"]
    made_model.write_safetensors(write_model(tmp_path) / "model.safetensors", tensors)
    obstacle = find_obstacle(read_folder(tmp_path, "tiny"))
    assert obstacle == "it has no float32 encoder.layer.1.output.dense.weight"
