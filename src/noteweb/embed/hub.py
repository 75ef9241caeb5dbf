"""The Hugging Face hub: what of it lies on this machine, and whether it can be reached."""

from __future__ import annotations

import os
import re
from pathlib import Path

from noteweb.errors import ModelUnavailable

_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_TIMEOUT = 10.0


def find_cached(name: str) -> Path | None:
    """Find the cache's copy of a model: models--ORG--NAME/snapshots/REVISION of refs/main.

    A name without an organisation may be one of sentence-transformers' own.
    """
    for full_name in (name, f"sentence-transformers/{name}"):
        repository = _cache() / f"models--{full_name.replace('/', '--')}"
        try:
            revision = (repository / "refs" / "main").read_text("ascii").strip()
        except (OSError, ValueError):
            continue
        snapshot = repository / "snapshots" / revision
        if (snapshot / "modules.json").is_file():
            return snapshot
    return None


def check_hub(name: str) -> None:
    """Ask the hub once whether it is there; its own client would try for a minute.

    Raises
    ------
    ModelUnavailable : the name cannot be one of the hub, or the hub cannot be reached
    """
    if not _NAME.fullmatch(name):
        raise ModelUnavailable(name, "there is no such folder, and no hub name is written so")
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise ModelUnavailable(name, "it is not on this machine, and HF_HUB_OFFLINE is set")
    from urllib.error import HTTPError
    from urllib.request import urlopen

    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        with urlopen(f"{endpoint}/api/models/{name}", timeout=_TIMEOUT):  # noqa: S310, user's own
            pass
    except HTTPError:
        return  # it answers; whether the user may have the model, its own client knows
    except (OSError, ValueError) as error:
        reason = f"it is not on this machine, and {endpoint} cannot be reached"
        raise ModelUnavailable(name, reason) from error


def _cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("HF_HOME", f"{cache}/huggingface")
    return Path(os.environ.get("HF_HUB_CACHE", f"{home}/hub")).expanduser()
