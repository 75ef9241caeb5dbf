"""What the Tab key offers, asked as the shells ask."""

from __future__ import annotations

import pytest

from noteweb.cli import run

TITLES = ("Double descent", 'Double d\'or "x"', "Цена $5", "Time: 12=30", "Solo note")
NOTE = "---\nclaims: [{{id: c-{n}, statement: s, kind: speculation}}]\n---\nx\n"


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in an indexed vault whose names are awkward; two notes share a title."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    for n, title in enumerate(TITLES):
        (tmp_path / f"{title}.md").write_text(NOTE.format(n=n), encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Twin.md").write_text("x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    assert run(["index", "-q"]) == 0
    return tmp_path


@pytest.fixture
def offer(capfd, monkeypatch):
    """Give a function that presses Tab behind the words of a line: what is offered."""

    def ask(*words, to="bash"):
        with monkeypatch.context() as patch:
            patch.setenv("_NOTEWEB_COMPLETE", f"complete_{to}")
            patch.setenv("COMP_WORDS", "\n".join(["noteweb", *words]))
            patch.setenv("COMP_CWORD", str(len(words)))
            patch.setenv("_TYPER_COMPLETE_ARGS", " ".join(["noteweb", *words]))
            assert run([]) == 0
        out, err = capfd.readouterr()
        assert err == ""
        return [line for line in out.splitlines() if line]

    return ask


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["show", "Dou"], [r"Double\ d\'or\ \"x\"", r"Double\ descent"]),
        (["show", r"double\ de"], [r"Double\ descent"]),
        (["related", '"Double d'], ['Double d\'or \\"x\\""', "Double descent"]),
        (["show", '"Цен'], [r"Цена \$5"]),
        (["path", "'Double", "'Double d"], ["Double d'\\''or \"x\"", "Double descent"]),
        (["graph", "plot", "Ti"], [r"Time\:\ 12\=30"]),
        (["graph", "neighbours", "So"], [r"Solo\ note"]),
        (["graph", "hubs", "So"], []),
        (["show", "Twin"], []),
        (["show", "a/"], ["a/Twin"]),
        (["show", "Nothing"], []),
        (["why", "c-"], ["c-1", "c-0", "c-4", "c-3", "c-2"]),
        (["impact", "c-3"], ["c-3"]),
        (["verify", "c-1", "C-2"], ["c-2"]),
        (["export", "g"], ["graphml", "gexf"]),
    ],
)
def test_bash_gets_what_it_can_put_on_the_line(vault, offer, words, offered):
    """Titles, ids and formats that begin so, quoted as the word that was begun."""
    assert offer(*words) == offered


def test_zsh_gets_names_as_they_are(vault, offer):
    """It quotes for itself."""
    assert '"Solo note"' in "\n".join(offer("show", "So", to="zsh"))


def test_a_vault_that_is_named_is_meant(vault, offer, tmp_path_factory, monkeypatch):
    """What --vault or $NOTEWEB_VAULT says holds for the Tab key too."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert offer("show", "So") == []
    assert offer("show", "-C", str(vault), "So") == [r"Solo\ note"]
    monkeypatch.setenv("NOTEWEB_VAULT", str(vault))
    assert offer("show", "So") == [r"Solo\ note"]


def test_nothing_is_made_or_said_where_it_cannot_be_read(vault, offer):
    """Without an index none is made; a damaged one is no noise behind a prompt."""
    catalogue = vault / ".noteweb" / "index.sqlite"
    before = sorted(vault.rglob("*"))
    assert offer("show", "So")
    assert sorted(vault.rglob("*")) == before
    catalogue.write_bytes(b"no catalogue")
    assert offer("show", "So") == []
    assert offer("why", "c") == []
    catalogue.unlink()
    assert offer("show", "So") == []
    assert not catalogue.exists()
