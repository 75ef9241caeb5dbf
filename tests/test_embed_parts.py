"""The small parts under the encoders: GELU, packs, weight files, remembered hashes, threads."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_model import make_tensors, write_safetensors
from noteweb.embed.batch import pack_by_tokens
from noteweb.embed.fingerprint import hash_file
from noteweb.embed.gelu import gelu_in_place
from noteweb.embed.safetensors import map_float32, read_types


def test_gelu_is_exact_to_float32():
    """Over all sizes that occur, and more than one chunk, the error stays below 4e-7 of |x|."""
    x = np.concatenate([np.linspace(-9, 9, 90_001), [0.0, -40.0, 40.0, 1e-20]]).astype("f4")
    exact = np.array([v / 2 * math.erfc(-v / math.sqrt(2)) for v in x.astype(float)])
    computed = x.copy()
    gelu_in_place(computed)
    assert np.all(np.abs(computed - exact) <= 4e-7 * np.abs(x))


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 60))
def test_packs_hold_every_text_once_within_the_budget(lengths, budget):
    """Each index stands in one pack, longest first; only a lone text may exceed the budget."""
    packs = pack_by_tokens(lengths, budget)
    order = [index for pack in packs for index in pack]
    assert order == sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    for pack in packs:
        assert len(pack) == 1 or sum(lengths[i] for i in pack) <= budget


def test_packs_are_filled():
    """A text that fits goes into the open pack."""
    assert pack_by_tokens([5, 5, 5, 5], 10) == [[0, 1], [2, 3]]


def test_weights_are_views_of_the_file(tmp_path):
    """Tensors come back with shape and values, read-only, without a copy."""
    tensors = make_tensors()
    write_safetensors(tmp_path / "w", tensors)
    mapped = map_float32(tmp_path / "w")
    assert mapped.keys() == tensors.keys()
    for name, tensor in mapped.items():
        np.testing.assert_array_equal(tensor, tensors[name])
        assert not tensor.flags.owndata
        assert not tensor.flags.writeable


def test_other_types_are_listed_but_not_mapped(tmp_path):
    """A half-precision tensor is not taken for float32."""
    head = json.dumps({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    (tmp_path / "w").write_bytes(len(head).to_bytes(8, "little") + head + b"\0\0")
    assert map_float32(tmp_path / "w") == {}
    assert read_types(tmp_path / "w") == {"a": "F16"}


@pytest.mark.parametrize("data", [b"abc", b"\xff" * 8, b"\4" + b"\0" * 7 + b"{]{]"])
def test_what_is_no_safetensors_file_is_said(tmp_path, data):
    """Too short, a length beyond the end, and broken JSON are all a ValueError."""
    (tmp_path / "w").write_bytes(data)
    with pytest.raises(ValueError):
        map_float32(tmp_path / "w")


def test_a_hash_is_remembered_until_the_file_changes(tmp_path):
    """The file is read again when its size or its time differ, and not otherwise."""
    file, memory = tmp_path / "weights", tmp_path / "cache" / "memory.json"
    file.write_bytes(b"one")
    first = hash_file(file, memory)
    stamp = file.stat().st_mtime_ns
    file.write_bytes(b"two")
    os.utime(file, ns=(stamp, stamp))
    assert hash_file(file, memory) == first
    os.utime(file, ns=(stamp, stamp + 1))
    second = hash_file(file, memory)
    assert second != first
    file.write_bytes(b"three")
    os.utime(file, ns=(stamp, stamp + 1))
    assert hash_file(file, memory) not in {first, second}
    assert [p.name for p in memory.parent.iterdir()] == ["memory.json"]


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff", b'{"x": 1}'])
def test_a_damaged_memory_costs_only_time(tmp_path, content):
    """Whatever stands in the memory file, the hash is right."""
    file, memory = tmp_path / "weights", tmp_path / "memory.json"
    file.write_bytes(b"one")
    memory.write_bytes(content.replace(b"x", str(file).encode()))
    assert hash_file(file, memory) == hash_file(file, tmp_path / "fresh.json")


def test_an_unwritable_memory_costs_only_time(tmp_path):
    """A cache folder that cannot be made is no error."""
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    assert len(hash_file(file, file / "no" / "folder.json")) == 64


def run_child(code: str) -> str:
    """Run Python code in a fresh interpreter without this one's BLAS settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_blas_threads_are_set_before_numpy_loads():
    """The limit takes effect in a fresh process, and says that it cannot once NumPy is there."""
    code = (
        "import os\nfrom noteweb.embed.blas import limit_blas_threads as limit\n"
        "first = limit(1), os.environ['OPENBLAS_NUM_THREADS']\n"
        "import numpy\nos.environ.pop('OPENBLAS_NUM_THREADS')\n"
        "print(first, limit(1), 'OPENBLAS_NUM_THREADS' in os.environ)"
    )
    assert run_child(code) == "(True, '1') False False"


def test_importing_the_package_loads_nothing_heavy():
    """`import noteweb.embed` loads neither NumPy nor a tokenizer nor anything above them."""
    heavy = ["numpy", "tokenizers", "torch", "transformers", "platformdirs", "threadpoolctl"]
    code = f"import sys, noteweb.embed\nprint([m for m in {heavy} if m in sys.modules])"
    assert run_child(code) == "[]"
