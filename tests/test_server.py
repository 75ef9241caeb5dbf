"""The server for assistants, asked by the SDK's own client, in this process and over pipes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from bench_vault import write_experiment
from noteweb import NoteWeb
from noteweb.cli import run
from noteweb.index.folder import remove_index
from noteweb.parse.notes import parse_note
from noteweb.row.note import page_row
from noteweb.server import desk as desks
from noteweb.server.desk import Desk, Stopped
from noteweb.server.serve import build_server
from noteweb.server.tool import make_tools
from test_cli_evidence import NOTE

SMALL = Path(__file__).parent / "vaults" / "small"
COMMAND = [sys.executable, "-m", "noteweb", "mcp"]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Give a copy of the small vault with a note that states claims; permissions stand apart."""
    folder = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    (folder / "noteweb.toml").write_text('model = "hashing"\n')
    (folder / "claims.md").write_text(NOTE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return folder


def converse(vault, talk, **options):
    """Let a client in this process talk with a server; give what the talk gives."""

    async def meet():
        desk = Desk(lambda progress: NoteWeb.open(vault, progress=progress))
        server = build_server(desk, make_tools(**options))
        try:
            async with Client(server) as client:
                return await talk(client)
        finally:
            assert desk.close()

    return asyncio.run(meet())


def ask(vault, name, /, *, _options=None, **arguments):
    """Ask one question; give its values, or the text of the refusal."""

    async def talk(client):
        return await client.call_tool(name, arguments)

    return told(converse(vault, talk, **(_options or {})))


def told(answer):
    """Give an answer's values, which its text repeats, or the text of the refusal."""
    (content,) = answer.content
    if answer.is_error:
        assert answer.structured_content is None
        return content.text
    assert json.loads(content.text) == answer.structured_content
    return answer.structured_content


QUESTIONS = {
    "search": {"query": "pheromone per worker", "limit": 3},
    "read": {"note": "Queen pheromone and swarming"},
    "neighbours": {"note": "Queen pheromone and swarming", "depth": 2, "limit": 5},
    "path": {"start": "Queen pheromone and swarming", "end": "claims"},
    "activate": {"text": "The pheromone per worker falls while the colony grows.", "gaps": True},
    "claims": {"limit": 2},
    "impact": {"claim": "up"},
    "verify": {"claims": ["up", "ought"]},
}


def test_every_tool_answers_in_the_shape_it_promises(vault):
    """The tools are those promised; each input and output has a schema that the answer fits."""

    async def talk(client):
        tools = (await client.list_tools()).tools
        return tools, {t.name: await client.call_tool(t.name, QUESTIONS[t.name]) for t in tools}

    tools, answers = converse(vault, talk, may_verify=True)
    assert [tool.name for tool in tools] == list(QUESTIONS)
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.validate(QUESTIONS[tool.name], tool.input_schema)
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations.read_only_hint is (tool.name != "verify")
        jsonschema.validate(told(answers[tool.name]), tool.output_schema)
    assert answers["search"].structured_content["hits"]
    assert len(answers["neighbours"].structured_content["neighbours"]) == 5
    assert answers["neighbours"].structured_content["n_found"] > 5
    assert answers["claims"].structured_content["n_found"] == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("search", ["query", "pheromone per worker", "-k", "3"]),
        ("path", ["path", "Queen pheromone and swarming", "Waggle dance"]),
        ("claims", ["claims"]),
    ],
)
def test_answers_are_those_of_the_command(vault, capsys, name, words):
    """What the command writes as JSON is what the tool gives."""
    arguments = {
        "search": QUESTIONS["search"],
        "path": dict(zip(("start", "end"), words[1:], strict=False)),
        "claims": {},
    }
    found = ask(vault, name, **arguments[name])
    assert run([*words, "--format", "json", "-q", "-C", str(vault)]) == 0
    written = json.loads(capsys.readouterr().out)
    found = found.get("route", found)
    assert {key: found[key] for key in written} == written


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("search", {}, "query: field required"),
        ("search", {"query": "x", "colour": 1}, "colour: extra inputs are not permitted"),
        ("search", {"query": "x", "limit": 0}, "limit: input should be greater"),
        ("search", {"query": "x", "limit": "many"}, "limit: input should be a valid integer"),
        ("search", {"query": "x", "mode": "telepathy"}, "mode: input should be 'hybrid'"),
        ("search", {"query": "  "}, "the query is empty"),
        ("search", {"query": "x", "fields": ["Receptacle"]}, "no field 'Receptacle'"),
        ("read", {"note": "Queen"}, "no note named 'Queen'"),
        ("read", {"note": "x", "offset": -1}, "offset: input should be greater"),
        ("path", {"start": "claims"}, "end: field required"),
        ("activate", {}, "give either text or file"),
        ("activate", {"text": "a", "file": "b"}, "give either text or file"),
        ("activate", {"file": "/etc/hostname"}, "--papers FOLDER"),
        ("activate", {"file": "../outside.txt"}, "--papers FOLDER"),
        ("activate", {"file": "a\0b"}, "no file can be called so"),
        ("activate", {"file": "~nosuchuser/a"}, "no file can be called so"),
        ("activate", {"file": "a" * 400}, "no file can be called so"),
        ("activate", {"file": "field"}, "is no file"),
        ("impact", {"claim": "upp"}, "did you mean: up"),
        ("claims", {"verdict": "refutd"}, "did you mean: refuted"),
        ("claims", {"verdict": "wonderful"}, "there are: supported, partly, refuted"),
        ("verify", {"claims": ["up"]}, "--allow-verify"),
        ("divine", {}, "there are: search, read"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_do(vault, name, arguments, says):
    """A wrong request is an error of the tool, in words; the server goes on."""

    async def talk(client):
        refused = await client.call_tool(name, arguments)
        return refused, await client.call_tool("search", QUESTIONS["search"])

    (vault.parent / "outside.txt").write_text("Outside.")
    refused, after = converse(vault, talk)
    assert refused.is_error
    assert says in told(refused)
    assert told(after)["hits"]


def test_a_file_is_read_from_the_vault_or_a_named_folder(vault, tmp_path):
    """`activate` reads no other file, also not through a link in the vault."""
    papers = tmp_path / "papers"
    papers.mkdir()
    paper = papers / "paper.txt"
    paper.write_text("The pheromone per worker falls while the colony grows.")
    (vault / "link.txt").symlink_to(paper)
    assert "--papers" in ask(vault, "activate", file="link.txt")
    allowed = {"papers": (papers,)}
    found = ask(vault, "activate", _options=allowed, file=str(paper))
    assert found["documents"][0]["fired"] or found["documents"][0]["near"]
    shutil.copy(paper, vault / "own.txt")
    assert ask(vault, "activate", file="own.txt")["documents"]


def test_the_vault_is_followed_while_the_server_lives(vault):
    """A note that comes, changes or goes is known to the next question, whoever indexed it."""

    async def talk(client):
        async def has(word, *, by="text"):
            answer = await client.call_tool("search", {"query": word, "mode": by})
            near = await client.call_tool("neighbours", {"note": "claims"})
            labels = [each["label"] for each in told(near)["neighbours"]]
            return bool(told(answer)["hits"]), "Xylograph" in labels

        seen = [await has("engraving")]
        note = vault / "Xylograph.md"
        note.write_text("An engraving of bees. [[claims]]\n")
        seen.append(await has("engraving"))
        note.write_text("A picture. [[claims]]\n")
        with NoteWeb.open(vault) as other:
            other.sync()
        seen.append(await has("engraving"))
        note.unlink()
        remove_index(vault / ".noteweb")
        seen.append(await has("picture"))
        return seen

    assert converse(vault, talk) == [(False, False), (True, True), (False, True), (False, False)]
    assert (vault / ".noteweb" / "index.sqlite").exists()


def test_records_of_another_process_are_seen(vault, capsys):
    """A verdict that `noteweb verify` reaches meanwhile is told, as is code edited after that."""
    write_experiment(vault, "toy")
    path = vault / "experiments" / "toy.py"

    async def talk(client):
        first = told(await client.call_tool("claims", {"verdict": "supported"}))
        for words in (["trust", "allow", "--yes"], ["verify", "up", "-q"]):
            assert await asyncio.to_thread(run, [*words, "-C", str(vault)]) == 0
        second = told(await client.call_tool("claims", {"verdict": "supported"}))
        path.write_text(path.read_text() + "\nMORE = 1\n")
        return first, second, told(await client.call_tool("claims", {"verdict": "blocked"}))

    before, after, edited = converse(vault, talk)
    capsys.readouterr()
    assert before["claims"] == []
    assert [each["claim"] for each in after["claims"]] == ["up"]
    assert [each["claim"] for each in edited["claims"]] == ["up", "down"]


def test_one_model_serves_all_questions(vault, monkeypatch):
    """The model is opened with the first question that needs it, and never again."""
    opened = []

    class Counted(NoteWeb):
        def _open(self, purpose):
            opened.append(purpose)
            return super()._open(purpose)

    async def talk(client):
        await client.call_tool("claims", {})
        assert "query" not in opened or opened.count("query") == 1
        for number in range(3):
            (vault / f"{number}.md").write_text(f"Note {number}.\n")
            await client.call_tool("search", {"query": f"note {number}"})

    monkeypatch.setitem(globals(), "NoteWeb", Counted)
    converse(vault, talk)
    assert sorted(opened) == ["bulk", "query"]


def test_code_that_nobody_allowed_is_not_run(vault, tmp_path):
    """With `--allow-verify` too: the verdict is blocked, and says what a person has to do."""
    canary = tmp_path / "canary"
    write_experiment(vault, "toy", imports=f"open({str(canary)!r}, 'w')")
    found = ask(vault, "verify", _options={"may_verify": True}, claims=["up"])
    (verdict,) = found["verdicts"]
    assert verdict["verdict"] == "blocked"
    assert "noteweb trust allow toy" in verdict["reason"]
    assert not canary.exists()
    assert not (vault / "runs").exists()


def test_questions_leave_the_vault_as_it_is(vault):
    """Whatever is asked, nothing but the index is written."""

    def state():
        files = (p for p in vault.rglob("*") if p.is_file() and ".noteweb" not in p.parts)
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    async def talk(client):
        for name, arguments in QUESTIONS.items():
            await client.call_tool(name, arguments)

    before = state()
    converse(vault, talk)
    assert state() == before


HOSTILE = [
    "\0",
    "../../etc/passwd",
    "'; DROP TABLE notes; --",
    '"OR field:* AND (',
    "\u202eabc\u2066",
    "a" * 400,
    "\x1b[2J",
    '{"jsonrpc": "2.0"}',
    "\U0001f41d" * 50,
    "\n\n\n",
    "*" * 80,
]


def test_hostile_strings_are_only_strings(vault):
    """As a question, a name, a path or a text they are answered or refused, and all goes on."""

    async def talk(client):
        for text in HOSTILE:
            for name, key in (
                ("search", "query"),
                ("read", "note"),
                ("impact", "claim"),
                ("activate", "file"),
                ("activate", "text"),
            ):
                told(await client.call_tool(name, {key: text}))
            told(await client.call_tool("search", {"query": "queen", "path": text, "tags": [text]}))
        return told(await client.call_tool("search", QUESTIONS["search"]))

    assert converse(vault, talk)["hits"]


def test_many_at_once_are_each_answered(vault):
    """Questions that come together get each its own answer, refusals among them."""

    async def talk(client):
        words = ["queen", "pheromone", "", "brood", "swarm"] * 4
        asked = [
            client.call_tool("search", {"query": w, "limit": 1, "mode": "text"}) for w in words
        ]
        return words, await asyncio.gather(*asked)

    words, answers = converse(vault, talk)
    for word, answer in zip(words, answers, strict=True):
        assert answer.is_error is (word == "")
        if word:
            assert told(answer)["query"] == word


def test_an_answer_has_a_bound(vault, monkeypatch):
    """What is too long for an assistant is refused with what to do, not cut in the middle."""
    monkeypatch.setattr("noteweb.server.serve._LONGEST_ANSWER", 300)
    assert "ask for less" in ask(vault, "search", **QUESTIONS["search"])


def test_long_work_tells_how_far_it_is(vault, monkeypatch):
    """A client that listens hears of the first index: steps that only grow, and what is done."""
    monkeypatch.setattr(desks, "_PAUSE_S", 0.0)
    heard = []

    async def hear(done, total, message):
        heard.append((done, total, message))

    async def talk(client):
        return await client.call_tool("search", {"query": "queen"}, progress_callback=hear)

    converse(vault, talk)
    assert [done for done, _, _ in heard] == sorted(done for done, _, _ in heard)
    assert {"reading notes", "embedding passages"} <= {message for _, _, message in heard}


def test_work_that_nobody_waits_for_is_ended(vault):
    """A question that is given up ends at its next word, and the desk takes the next one."""
    ends = []
    begun = threading.Event()

    def endless(web):
        begun.set()
        try:
            for _ in range(1_000):
                web.progress.tell(0, "")
                time.sleep(0.01)
        except Stopped:
            ends.append("stopped")
            raise

    async def silent(*_):
        pass

    async def meet():
        desk = Desk(lambda progress: NoteWeb.open(vault, progress=progress))
        asked = asyncio.create_task(desk.ask(endless, silent))
        waits = asyncio.create_task(desk.ask(endless, silent))
        assert await asyncio.to_thread(begun.wait, 60)
        waits.cancel()
        asked.cancel()
        root = await desk.ask(lambda web: web.root, silent)
        assert desk.close()
        return root

    assert asyncio.run(meet()) == vault
    assert ends == ["stopped"]


@given(text=st.text(max_size=400), limit=st.integers(1, 120))
def test_pages_put_together_are_the_note(text, limit):
    """Read page by page, a note's text comes once and whole, and each page knows its line."""
    note = parse_note(text.encode("utf-8", "replace"), path="a.md")
    read, offset = "", 0
    while offset is not None:
        page = page_row(note, offset, limit)
        assert page["start"] == offset
        assert len(page["text"]) <= limit
        assert page["line"] == note.text[:offset].count("\n") + 1
        read += page["text"]
        offset = page["next"]
    assert read == note.text


def test_an_outline_leads_to_fields_and_headings(vault):
    """The offsets of an outline are where the field's first unit and the heading stand."""
    page = ask(vault, "read", note="Queen pheromone and swarming")
    kinds = {each["kind"] for each in page["outline"]}
    assert kinds == {"field", "heading"}
    for each in page["outline"]:
        onward = ask(vault, "read", note=page["note"], offset=each["start"])
        assert onward["line"] == each["line"]
        if each["kind"] == "heading":
            assert each["title"] in onward["text"].split("\n", 1)[0]


def begin(vault, **streams):
    """Start the server as a client does, by its command."""
    options = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | streams
    return subprocess.Popen([*COMMAND, "--vault", str(vault)], text=True, **options)


def say(server, message):
    """Write one line to the server."""
    server.stdin.write(json.dumps(message) + "\n")
    server.stdin.flush()


def pipes(vault):
    """Say how the SDK's client starts the server."""
    arguments = [*COMMAND[1:], "--vault", str(vault), "--quiet"]
    return StdioServerParameters(command=COMMAND[0], args=arguments)


def test_the_client_speaks_with_the_command_over_pipes(vault):
    """The SDK's client starts `noteweb mcp`, asks and is answered."""

    async def talk():
        async with Client(pipes(vault), read_timeout_seconds=60) as client:
            assert client.server_info.name == "noteweb"
            return told(await client.call_tool("search", QUESTIONS["search"]))

    assert asyncio.run(talk())["hits"][0]["note"] == "Queen pheromone and swarming"


def test_a_damaged_note_can_be_sent(vault):
    """Half a character in a title, or bytes that are no text, do not end the connection."""
    (vault / "half.md").write_bytes(b'---\ntitle: "half \\ud800 title"\n---\nText \xff\xfe byte.\n')

    async def talk():
        async with Client(pipes(vault), read_timeout_seconds=60) as client:
            near = await client.call_tool("neighbours", {"note": "half"})
            return told(near), told(await client.call_tool("read", {"note": "half"}))

    near, page = asyncio.run(talk())
    assert page["note"] == near["note"] == "half"
    assert "byte" in page["text"]


def test_standard_output_holds_the_protocol_alone(vault):
    """Also after lines that are no message; at the end of input the server ends with 0."""
    server = begin(vault)
    server.stdin.write('garbage\n{"jsonrpc": "2.0"}\n[]\n')
    say(server, HELLO)
    say(server, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    call = {"name": "search", "arguments": QUESTIONS["search"]}
    say(server, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call})
    lines = [server.stdout.readline()]
    while json.loads(lines[-1]).get("id") != 2:
        lines.append(server.stdout.readline())
    out, err = server.communicate(timeout=60)
    messages = [json.loads(line) for line in [*lines, *out.splitlines()]]
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert server.returncode == 0
    assert "serving" in err
    assert "Traceback" not in err


def test_ctrl_c_ends_the_server(vault):
    """While it waits for a line, too."""
    server = begin(vault)
    say(server, HELLO)
    assert json.loads(server.stdout.readline())["id"] == 1
    server.send_signal(signal.SIGINT)
    _, err = server.communicate(timeout=60)
    assert server.returncode == 130
    assert err.endswith("noteweb: stopped\n")
    assert "Traceback" not in err


def test_a_client_that_hangs_up_is_no_error(vault):
    """A closed pipe on the way out ends the server without a word."""
    reading, writing = os.pipe()
    server = begin(vault, stdout=writing)
    os.close(writing)
    os.close(reading)
    say(server, HELLO)
    _, err = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--vault", "nowhere"], "vault nowhere does not exist"),
        (["--papers", "nowhere"], "nowhere is no folder"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(vault, capsys, monkeypatch, words, says):
    """A wrong folder is told before a client waits for an answer."""
    monkeypatch.chdir(vault)
    assert run(["mcp", *words]) == 3
    assert says in capsys.readouterr().err


def test_without_its_libraries_it_says_how_to_get_them(vault, capsys, monkeypatch):
    """`noteweb mcp` names the extra to install."""
    monkeypatch.delitem(sys.modules, "noteweb.server.serve")
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    assert run(["mcp", "--vault", str(vault)]) == 3
    assert "pip install 'noteweb[mcp]'" in capsys.readouterr().err


def test_a_closed_standard_input_is_refused(vault, capsys, monkeypatch):
    """There is nobody to serve."""
    monkeypatch.setattr(sys, "stdin", None)
    assert run(["mcp", "--vault", str(vault)]) == 2
    assert "standard input is closed" in capsys.readouterr().err
