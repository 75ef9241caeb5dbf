"""An index whose passages a Dask cluster embeds is the index that this machine would make."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from noteweb.cli import run
from noteweb.embed import open_embedder, spread
from noteweb.embed.hashing import HashingEmbedder
from noteweb.errors import ExecutorUnavailable
from noteweb.index import embedding
from noteweb.web import NoteWeb

distributed = pytest.importorskip("distributed", reason="an extra: noteweb[distributed]")

SMALL = Path(__file__).parent / "vaults" / "small"


@pytest.fixture(scope="module")
def scheduler():
    """Give the address of a cluster in this process."""
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False}
    with distributed.LocalCluster(**options, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Give a copy of the small vault that goes without a model, cut into many shards."""
    monkeypatch.setattr(embedding, "_SHARD", 3)
    root = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    (root / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    return root


def index_on(vault, scheduler):
    """Bring the vault's index up to date with the cluster's help."""
    with NoteWeb.open(vault) as web:
        web.scheduler = scheduler
        return web.sync()


def read_vectors(vault):
    """Give the vector of each passage by its content."""
    with NoteWeb.open(vault) as web:
        rows = web.index.catalogue.rows("SELECT key, row FROM passages WHERE row IS NOT NULL")
        vectors = web.index.vectors()
        return {key: vectors[row].tobytes() for key, row in rows}


def refuse(*_):
    """Stand for a machine that may not embed passages itself."""
    raise AssertionError


def test_a_cluster_makes_the_same_index(vault, scheduler, tmp_path, monkeypatch):
    """Every passage has the vector that this machine gives it, and the workers have made it."""
    other = Path(shutil.copytree(vault, tmp_path / "other"))
    with NoteWeb.open(other) as web:
        n_embedded = web.sync().n_embedded
    monkeypatch.setattr(spread.SpreadEmbedder, "encode", refuse)
    assert index_on(vault, scheduler).n_embedded == n_embedded > 6
    assert read_vectors(vault) == read_vectors(other)
    assert not index_on(vault, scheduler).is_changed


def test_a_run_that_was_ended_goes_on(vault, scheduler, monkeypatch):
    """What a run had embedded before it was ended stays, and the next one embeds the rest."""
    write = embedding.append_rows
    written = []

    def end(*arguments):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(arguments)
        return write(*arguments)

    monkeypatch.setattr(embedding, "append_rows", end)
    with pytest.raises(KeyboardInterrupt):
        index_on(vault, scheduler)
    monkeypatch.setattr(embedding, "append_rows", write)
    with NoteWeb.open(vault) as web:
        n_passages = len({key for (key,) in web.index.catalogue.rows("SELECT key FROM passages")})
    assert index_on(vault, scheduler).n_embedded == n_passages - 6
    assert len(read_vectors(vault)) == n_passages


def test_a_shard_that_is_made_twice_changes_nothing():
    """The workers' work is a function of the texts alone."""
    local = HashingEmbedder()
    asked = (local.name, local.identity, spread.__version__, ["order", "noise"])
    first, second = (spread.encode_on_worker(*asked) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, local.encode(["order", "noise"]))


def test_a_worker_of_another_kind_refuses(scheduler, monkeypatch):
    """Another model or another noteweb on a worker is one line, and no vector comes of it."""
    local = HashingEmbedder()
    local.identity = "hashing:another"
    spreading = spread.SpreadEmbedder(local, scheduler)
    with pytest.raises(ExecutorUnavailable, match="a worker has another hashing"):
        list(spreading.encode_shards([["a"]]))
    with pytest.raises(RuntimeError, match="a worker has noteweb"):
        spread.encode_on_worker("hashing", HashingEmbedder().identity, "0.0", ["a"])


def test_a_cluster_without_workers_is_not_waited_for_without_end(monkeypatch):
    """A shard that no worker takes is one line after a while."""
    monkeypatch.setattr(spread, "_PATIENCE_S", 0.2)
    options = {"n_workers": 0, "processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(**options) as cluster:
        spreading = spread.SpreadEmbedder(HashingEmbedder(), cluster.scheduler_address)
        with pytest.raises(ExecutorUnavailable, match="no worker has embedded a shard in time"):
            list(spreading.encode_shards([["a"]]))


def test_the_command_embeds_on_a_cluster(vault, scheduler, capsys):
    """`index --executor dask` does it; a cluster without an address is refused with the option."""
    command = ["index", "--vault", str(vault), "--executor", "dask"]
    assert run([*command, "--scheduler", scheduler]) == 0
    assert read_vectors(vault)
    assert run(command) == 2
    assert "give one: --scheduler tcp://HOST:8786" in capsys.readouterr().err


@pytest.mark.model
def test_the_real_model_gives_the_same_on_a_cluster(scheduler):
    """The default model's vectors are the same from a worker, whatever encodes there."""
    local = open_embedder()
    texts = ["energy flows", "order out of noise", "a receptor fires"]
    (made,) = spread.SpreadEmbedder(local, scheduler).encode_shards([texts])
    np.testing.assert_allclose(made, local.encode(texts), atol=1e-5)
