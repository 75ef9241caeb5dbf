"""Files, folders, libraries and standard input are read; what cannot be is told, not raised."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_pdf import Text, make_pdf
from noteweb.documents.read import open_document, read_document, read_documents
from noteweb.errors import DocumentUnreadable, NotewebError, Problem
from noteweb.intake import SUFFIXES
from noteweb.library.read import parse_library

PDF = make_pdf([[Text(x=72, y=700, text="Glass flows.")]])
BIBTEX = b"@article{a, title={On Glass}, abstract={It flows. It does not.}, doi={10.1000/7}}\n"


def zipped():
    """Give a zip archive with a PDF in it, not compressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a.pdf", PDF)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("a.pdf", b"", "is empty (0 bytes)", "again"),
        ("a.pdf", b" \n\0", "is empty (3 bytes)", "again"),
        ("a.pdf", zipped(), "is a zip archive, not a PDF", "unpack"),
        ("a.zip", zipped(), "is a zip archive", "unpack"),
        ("a.docx", zipped(), "is a Word document", "save it as PDF"),
        ("a.pdf", b"<!DOCTYPE html><p>Log in", "is a web page (HTML), not a PDF", "download"),
        ("a.pdf", b"just words", "is plain text, not a PDF", "download"),
        ("a.pdf", bytes(range(256)), "is a binary file, not a PDF", "download"),
        ("a.txt", bytes(range(256)), "is a binary file", "give a PDF"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "is a PNG picture", "save it as PDF"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Word", "save it as PDF"),
        ("a.html", b"<p></p>", "holds no text", "PDF, HTML"),
        ("a.md", b"---\ntitle: x\n---\n", "holds no text", "PDF, HTML"),
        ("a.bib", b"nothing here", "holds no reference", "give BibTeX"),
        ("a.csv", b"x,y\n1,2\n", "has no column of titles", "title, abstract"),
        ("a.ris", PDF, "Glass flows", ""),
    ],
)
def test_each_refusal_is_one_clear_line(tmp_path, name, data, message, hint):
    """What a file is, by what it holds before its name, and what to do next."""
    path = tmp_path / name
    path.write_bytes(data)
    if message == "Glass flows":  # a PDF under another name is read
        assert [each.text for each in read_documents([path])] == ["Glass flows."]
        return
    with pytest.raises(DocumentUnreadable) as caught:
        list(read_documents([path]))
    assert caught.value.message.startswith(f"{path} {message}")
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_there_is_told(tmp_path):
    """The line says where one can see the names that are."""
    with pytest.raises(DocumentUnreadable, match=r"none\.pdf does not exist") as caught:
        list(read_documents([tmp_path / "none.pdf"]))
    assert str(tmp_path) in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    """Permissions are named."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(DocumentUnreadable, match="Permission denied"):
        list(read_documents([path]))


@pytest.mark.parametrize("name", ["a\0b.txt", "a" * 400])
def test_a_name_that_no_file_can_have_is_told(name):
    """A NUL in a name, or more than a file system takes, is no crash."""
    with pytest.raises(DocumentUnreadable, match="cannot be read"):
        list(read_documents([name]))
    with pytest.raises(DocumentUnreadable, match="cannot be read"):
        open_document(name)


def test_a_stream_without_end_is_refused():
    """Reading stops at the largest size that any document has."""

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            return b"a" * size

    with pytest.raises(DocumentUnreadable, match="is larger than"):
        list(read_documents(["-"], Endless()))


def test_a_text_of_more_than_a_shelf_is_refused():
    """Text is bounded before sentences are made of it."""
    with pytest.raises(DocumentUnreadable, match="more than 32 MB of text"):
        read_document(b"word " * 7_000_000, "x.txt", suffix=".txt")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (PDF, "Glass flows."),
        (b"<html><body><p>Glass flows.</p></body></html>", "Glass flows."),
        (b"---\ntitle: T\n---\nGlass *flows*.", "Glass flows."),
        (b"# One\n\nGlass [flows](http://x.y).\n", "Glass flows."),
        (b"Glass *flows*.", "Glass *flows*."),
        (BIBTEX, "It flows."),
        (b"TY  - JOUR\nTI  - On Glass\nAB  - It flows.\nER  - \n", "It flows."),
        (b'[{"id": "a", "title": "On Glass", "abstract": "It flows."}]', "It flows."),
    ],
)
def test_standard_input_is_known_by_what_it_holds(data, text):
    """Without a name the first bytes tell the format."""
    (document,) = read_documents(["-"], io.BytesIO(data))
    assert document.name.startswith("-")
    assert text in [each.text for each in document.sentences]


def test_standard_input_that_is_closed_is_told():
    """A missing stream is a refusal."""
    with pytest.raises(DocumentUnreadable, match="standard input is closed"):
        list(read_documents(["-"]))


def test_a_folder_gives_what_it_knows_in_order(tmp_path):
    """Known files by their paths, below too; hidden files and tables of data are passed over."""
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b.txt").write_text("Bee.")
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "c.pdf").write_bytes(PDF[:200])
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.txt").write_text("No.")
    (tmp_path / ".git" / "x.txt").write_text("No.")
    (tmp_path / "sub" / "lib.bib").write_bytes(BIBTEX)
    (tmp_path / "sub" / "link.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "sub" / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    found = list(read_documents([tmp_path]))
    names = [each.path if isinstance(each, Problem) else each.name for each in found]
    assert names == [
        str(tmp_path / "a.pdf"),
        str(tmp_path / "b.txt"),
        str(tmp_path / "c.pdf"),
        f"{tmp_path / 'sub' / 'lib.bib'}#a",
        str(tmp_path / "sub" / "link.txt"),
    ]
    assert "truncated" in found[2].message
    assert "download it again" in found[2].message


def test_a_folder_with_nothing_to_read_is_told(tmp_path):
    """The line says what would be read."""
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    with pytest.raises(DocumentUnreadable, match="holds no document") as caught:
        list(read_documents([tmp_path]))
    assert "PDF" in caught.value.hint


def test_one_broken_file_keeps_no_other_from_being_read(tmp_path):
    """Among several files a refusal is a problem; where all are refused it is an error."""
    (tmp_path / "a.txt").write_text("Fine.")
    (tmp_path / "b.pdf").write_bytes(b"")
    found = list(read_documents([tmp_path / "b.pdf", tmp_path / "a.txt"]))
    assert [type(each).__name__ for each in found] == ["Problem", "Document"]
    assert found[0].code == "document-unreadable"
    with pytest.raises(DocumentUnreadable, match="none of the 2"):
        list(read_documents([tmp_path / "b.pdf", tmp_path / "c.pdf"]))


def test_a_library_gives_a_document_for_each_reference(tmp_path):
    """Title and abstract, named by the key, on the line of the record; its problems come first."""
    path = tmp_path / "lib.bib"
    path.write_bytes(b"% mine\n\n" + BIBTEX + b"@misc{b, title={broken\n@misc{c, title={Third}}\n")
    problem, first, second = read_documents([path])
    assert (problem.path, problem.line, problem.code) == (str(path), 4, "reference-broken")
    assert (first.name, first.title, first.identifiers) == (
        f"{path}#a",
        "On Glass",
        ("doi:10.1000/7",),
    )
    assert [(each.text, each.line) for each in first.sentences] == [
        ("On Glass", 3),
        ("It flows.", 3),
        ("It does not.", 3),
    ]
    assert second.title == "Third"


beginnings = st.sampled_from(
    [
        b"",
        b"<html>",
        b"---\n",
        b"@article{a, title={",
        b"TY  - JOUR\nTI  - ",
        b'[{"title": "',
        b"title,abstract\n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"# ",
    ]
)
patches = st.sampled_from(
    [
        b'"',
        b"{",
        b"}",
        b"\n",
        b"\\",
        b"\\u",
        b"\xed\xa0\x80",
        b"\0",
        b"\xd0",
        b"&#xd800;",
        b",",
        b"'",
    ]
)
contents = st.tuples(beginnings, st.lists(patches | st.binary(max_size=5), max_size=25)).map(
    lambda parts: parts[0] + b"".join(parts[1])
)


@given(contents, st.sampled_from([*sorted(SUFFIXES.keys() - {".pdf"}), ""]))
def test_any_bytes_are_read_or_refused(data, suffix):
    """No reader raises anything but a refusal, and spans point at the text they claim."""
    for read in (read_document, parse_library):
        try:
            found = read(data, f"x{suffix}", suffix=suffix)
        except NotewebError:
            continue
        for each in getattr(found, "sentences", ()):
            assert " ".join(found.text[each.start : each.end].split()) == each.text
        assert str(found).encode()  # no lone surrogate is left


def test_nothing_heavy_is_loaded_before_it_is_needed():
    """Reading text loads no reader of PDFs or libraries, and no numpy."""
    code = (
        "import sys, io\nfrom noteweb.documents.read import read_documents\n"
        "list(read_documents(['-'], io.BytesIO(b'Glass flows.')))\n"
        "print(sorted({'pypdfium2', 'bibtexparser', 'numpy', 'yaml', 'csv'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
