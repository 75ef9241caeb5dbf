"""Made vaults in noteweb's format, of any size: the same arguments give the same bytes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = """
attention gradient kernel margin curvature entropy sparsity width depth prior posterior likelihood
optimiser schedule benchmark dataset label noise feature circuit neuron subspace manifold spectrum
landscape minimum trajectory token embedding retrieval memory context reward policy critic planner
verifier theorem ablation baseline replication cohort instrument confounder intervention protein
ligand membrane pathway enzyme synapse cortex plasticity rhythm market forecast auction ministry
budget archive corpus grammar morpheme dialect lattice crystal plasma vortex sensor controller
estimator filter explains bounds predicts confounds stabilises measures delays sparse separates
dense latent robust fragile local global spectral causal implicit adaptive recurrent
""".split()
_RUSSIAN = "обучение модель граница причина память внимание шум оценка вывод порог поле".split()
_TOOLS = ["PyTorch", "JAX", "NumPy", "scikit-learn", "Optuna", "MLflow", "Neo4j", "DuckDB"]
_DOMAINS = ["Information Theory", "Epistemology", "Statistics", "Linguistics", "Neuroscience"]
_ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth"]


def make_vault(folder: Path, n_notes: int, *, n_words: int = 1500, seed: int = 0) -> None:
    """Write `n_notes` notes whose frontmatter holds about `n_words` words each."""
    rng = random.Random(seed)
    titles = [f"{_pick(rng).title()} and {_pick(rng)} {i}" for i in range(n_notes)]
    for i, title in enumerate(titles):
        path = folder / f"topic-{i % max(1, n_notes // 25):03d}" / f"{title}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_note(rng, title, titles, n_words), encoding="utf-8", newline="\n")


def make_small_vault(folder: Path, n_notes: int, *, seed: int = 0) -> None:
    """Write `n_notes` notes of some hundred words each, with three tags and two links."""
    rng = random.Random(seed)
    titles = [f"{_pick(rng).title()} and {_pick(rng)} {i}" for i in range(n_notes)]
    for i, title in enumerate(titles):
        path = folder / f"topic-{i % max(1, n_notes // 100):03d}" / f"{title}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_small_note(rng, title, titles), encoding="utf-8", newline="\n")


def _small_note(rng: random.Random, title: str, titles: list[str]) -> str:
    linked, named = rng.choice(titles), rng.choice(titles)
    return (
        f"---\ntitle: {title}\ntags: [{_pick(rng)}, {_pick(rng)}, {_pick(rng)}]\n"
        f"Receptor: |-\n{_indented(_items(rng, 'Scenario', 2, 24))}"
        f"FeedbackLoop: |-\n  First, the note on {named.lower()} provides {_prose(rng, 8)}\n"
        f"created: 2026-01-02\n---\n\n# {title}\n\n{_prose(rng, 40)}\n\n{_prose(rng, 28)}\n\n"
        f"- [[{linked}]]: {_prose(rng, 8)}\n"
    )


def _note(rng: random.Random, title: str, titles: list[str], n_words: int) -> str:
    peers = rng.sample(titles, min(5, len(titles)))
    fields = {
        "Receptor": _items(rng, "Scenario", 20, int(n_words * 0.40)),
        "Activation": _items(rng, "Condition", 4, int(n_words * 0.12)),
        "Acceptor": "\n\n".join(
            f"{tool} provides {_prose(rng, n_words // 40)}" for tool in rng.sample(_TOOLS, 5)
        ),
        "SignalTransduction": "\n\n".join(
            f"{k}. {domain} - {_prose(rng, n_words // 32)}"
            for k, domain in enumerate(rng.sample(_DOMAINS, 4), 1)
        ),
        "Emergence": f"Novelty score: {rng.randint(3, 9)}/10. {_prose(rng, n_words // 20)}",
        "FeedbackLoop": "\n\n".join(
            f"{ordinal}, the note on {peer.lower()} provides {_prose(rng, n_words // 50)}"
            for ordinal, peer in zip(_ORDINALS, peers, strict=False)
        ),
        "SignalAmplification": _items(rng, "Way", 3, int(n_words * 0.07)),
    }
    tags = "".join(f"  - {_pick(rng)}-{_pick(rng)}\n" for _ in range(20))
    front = "".join(f"{key}: |-\n{_indented(text)}" for key, text in fields.items())
    links = "".join(f"- [[{peer}]]: {_prose(rng, 12)}\n" for peer in peers)
    about = " ".join(rng.choices(_RUSSIAN, k=12)) if rng.random() < 0.1 else _prose(rng, 12)
    return (
        f"---\ntitle: {title}\ndescription: {about}\ntags:\n{tags}{front}created: 2026-01-02\n---\n"
        f"\n# {title}\n\n{_prose(rng, 150)}\n\n## Argument\n\n{_prose(rng, 200)}\n\n{links}"
    )


def _items(rng: random.Random, word: str, n_items: int, n_words: int) -> str:
    each = max(8, n_words // n_items)
    return "\n\n".join(f"{word} {i}: {_prose(rng, each)}" for i in range(1, n_items + 1))


def _prose(rng: random.Random, n_words: int) -> str:
    words = rng.choices(_WORDS, k=max(6, n_words))
    sentences = [" ".join(words[i : i + 14]).capitalize() for i in range(0, len(words), 14)]
    return ". ".join(sentences) + "."


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in text.split("\n"))


def _pick(rng: random.Random) -> str:
    return rng.choice(_WORDS)
