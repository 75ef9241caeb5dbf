"""What a person is shown before code may run is what would run, all of it and nothing else."""

from __future__ import annotations

import pytest

from bench_vault import Lab, make_claim, write_fixed
from noteweb.errors import ExperimentNotFound, ExperimentUnreadable
from noteweb.evidence import closure
from noteweb.evidence.declare import find_encoding
from noteweb.text.visible import visible, visible_code


@pytest.fixture
def lab(tmp_path):
    """Give a vault with its own permissions."""
    return Lab(tmp_path)


def show(lab, name="toy"):
    """Give what is shown of an experiment before it is allowed."""
    return lab.open().show_trust(name)[1]


@pytest.mark.parametrize(
    "trick",
    [
        "# \x1b[2K\x1b[1G",
        "# \x9b2K",
        "# \u202e\u2066",
        "# \u200b\ufeff",
        "x\u3164 = 1",
        "# \ufe0f\U000e0100",
        "# \x08\x0c",
    ],
)
def test_what_hides_code_is_seen(lab, trick):
    """Escapes, marks of direction and signs without a shape stand there as what they are."""
    write_fixed(lab.root, "toy", imports=trick)
    shown = show(lab)
    assert not set(shown) & {char for char in trick if not char.isascii() or not char.isprintable()}
    assert "\n   7 | experiment = Experiment(\n" in shown


def test_code_is_shown_as_it_is():
    """Letters of all scripts, signs and tabs are left alone."""
    for text in ("\tx = 'naïve π 中文 العربية 🙂'", ""):
        assert visible_code(text) == text
    assert visible("a\u202eb\u2066\u200d") == "a\ufffdb\ufffd\u200d"


@pytest.mark.parametrize("sign", ["\u2028", "\x0c", "\x85", "\x1c", "\v"])
def test_a_new_line_of_code_is_in_the_difference(lab, sign):
    """What is no end of a line to Python is none here: a comment that becomes code is shown."""
    write_fixed(lab.root, "toy", imports=f"# a{sign}import this")
    lab.allow("toy")
    write_fixed(lab.root, "toy", imports="# a\nimport this")
    shown = show(lab)
    assert "\n+import this\n" in shown


def test_a_change_without_a_changed_line_is_told(lab):
    """Where only the ends of lines differ, the difference says so instead of nothing."""
    write_fixed(lab.root, "toy")
    lab.allow("toy")
    path = lab.root / "experiments" / "toy.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "no line of code differs" in show(lab)


def test_only_what_the_vault_brings_is_asked_for(lab, monkeypatch):
    """Code of noteweb itself is neither shown nor part of the permission."""
    write_fixed(lab.root, "toy")
    shown = show(lab)
    assert "noteweb/lab.py" not in shown
    assert shown.startswith("=== experiments/toy.py\n")
    lab.allow("toy")
    whole = closure.read_closure

    def read_upgraded(found):
        read = whole(found)
        files = {**read.files, "noteweb/lab.py": b"another"}
        return closure.Closure(
            files=files, code=read.code, data=read.data, libraries=read.libraries
        )

    monkeypatch.setattr("noteweb.evidence.workplace.read_closure", read_upgraded)
    assert lab.open().show_trust("toy")[0].standing == "allowed"


def test_code_that_is_called_data_is_shown(lab):
    """A helper that the declaration lists as data is code where it is imported."""
    write_fixed(lab.root, "toy", imports="import helper", more='data=("helper.py",),')
    (lab.root / "experiments" / "helper.py").write_text("EVIL = 1\n")
    assert "EVIL = 1" in show(lab)


@pytest.mark.parametrize("place", ["toy.py", "helper.py"])
def test_another_encoding_is_refused(lab, place):
    """In UTF-7 a comment may hold code, so a file in it is not allowed, nor a helper in it."""
    write_fixed(lab.root, "toy", imports="import helper")
    (lab.root / "experiments" / "helper.py").write_text("ONE = 1\n")
    lab.allow("toy")
    path = lab.root / "experiments" / place
    path.write_text(f"# coding: utf-7\n{path.read_text()}")
    with pytest.raises(ExperimentUnreadable, match="utf-7; save it as UTF-8"):
        lab.allow("toy")
    (verdict,) = lab.verify(make_claim("toy"))
    assert verdict.kind in {"blocked", "invalid"}
    assert not lab.records("toy")


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"# -*- coding: latin-1 -*-", "latin-1"),
        (b"\xef\xbb\xbf# vim: set fileencoding=cp1252 :", "cp1252"),
        (b"\r# coding: utf-7\r", "utf-7"),
        (b"#!/usr/bin/python\r\n#coding=UTF_16", "UTF_16"),
        (b"\n\x0c \t# encoding: rot13", "rot13"),
        (b"# coding: UTF-8-unix", ""),
        (b"# coding: utf_8\n# coding: x", "x"),
        (b"#\n#\n# encoding: one-hot", ""),
        (b"x = 1  # coding: utf-7", ""),
        (b"", ""),
    ],
)
def test_an_encoding_is_found_where_python_finds_it(head, encoding):
    """In a comment on one of the first two lines, by any end of line; UTF-8 and ASCII are well."""
    assert find_encoding(head) == encoding


def test_the_permission_of_a_file_that_is_gone_is_taken_back(lab):
    """What was allowed can be revoked when its file has been deleted; what was not is unknown."""
    write_fixed(lab.root, "toy")
    lab.allow("toy")
    path = lab.root / "experiments" / "toy.py"
    text = path.read_text()
    path.unlink()
    assert lab.open().revoke("toy")
    with pytest.raises(ExperimentNotFound):
        lab.open().revoke("toy")
    path.write_text(text)
    assert lab.open().show_trust("toy")[0].standing == "new"


def test_a_link_has_a_permission_of_its_own(lab):
    """Allowing a second name for a file leaves the permission of the first."""
    write_fixed(lab.root, "toy")
    (lab.root / "experiments" / "twin.py").symlink_to("toy.py")
    lab.allow("toy")
    lab.allow("twin")
    assert [row.standing for row in lab.open().trust_rows() if row.source == "vault"] == [
        "allowed",
        "allowed",
    ]
