"""An RO-Crate 1.1: the claims of a view with their experiments, runs and plots, in one zip.

Each run is a CreateAction, as the profile Process Run Crate has it. Source:
https://www.researchobject.org/ro-crate/specification/1.1/ and
https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate/.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from noteweb.errors import ClaimsMissing
from noteweb.export import testimony
from noteweb.export.archive import open_member
from noteweb.export.json_text import write_json
from noteweb.ledger import name_ledger
from noteweb.model.record import encode, write_record
from noteweb.model.run import RunStatus
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import BinaryIO

    from noteweb.export.material import KnownClaim, Material
    from noteweb.model.run import Artifact, RunRecord

    Entity = dict[str, Any]

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_DONE = "http://schema.org/CompletedActionStatus"
_FAILED = "http://schema.org/FailedActionStatus"
_TYPES = {"jsonl": "application/jsonl", "py": "text/x-python"}
_PYTHON = "https://www.python.org/"


def write(material: Material, stream: BinaryIO) -> None:
    """Write the crate: claims.json, experiments/, runs/, artifacts/, ro-crate-metadata.json.

    A plot or table goes along where its file is still the one that the run left.

    Raises
    ------
    ClaimsMissing
        where the view has no claims
    """
    found = material.evidence()
    if not found:
        raise ClaimsMissing
    records = _records(found)
    with ZipFile(stream, "w") as packed:
        parts = [_write_claims(packed, found)]
        code = _write_code(packed, material, _experiments(found, records))
        ledgers = _write_ledgers(packed, records)
        artifacts = _write_artifacts(packed, material.runs, records)
        parts += [*code.values(), *ledgers.values(), *artifacts.values()]
        runs = [_describe_run(each, code, ledgers, artifacts) for each in records]
        claims = [_describe_claim(each, artifacts) for each in found]
        own = [entity for each in found for entity in testimony.describe(each)]
        mentioned = [*claims, *runs]
        told = [*_describe_crate(material, parts, mentioned), *parts, *mentioned, *own]
        known = {entity["@id"]: entity for entity in told}
        with open_member(packed, "ro-crate-metadata.json") as file:
            about = {"@context": _CONTEXT, "@graph": list(known.values())}
            file.write(write_json(about, indent=1))


def _records(found: Iterable[KnownClaim]) -> list[RunRecord]:
    """Give the runs behind the claims, each once."""
    each = {(r.key, r.attempt): r for known in found for r in known.records}
    return list(each.values())


def _experiments(found: Iterable[KnownClaim], records: Iterable[RunRecord]) -> list[str]:
    named = [each.experiment for known in found for each in known.claim.evidence]
    run = [record.parts.experiment for record in records]
    return sorted({name for name in [*named, *run] if name})


def _write_claims(packed: ZipFile, found: Iterable[KnownClaim]) -> Entity:
    rows = [{"claim": encode(each.claim), "verdict": each.verdict.to_json()} for each in found]
    return _put(packed, "claims.json", write_json(rows, indent=1), name="The claims as written")


def _write_code(packed: ZipFile, material: Material, names: Iterable[str]) -> dict[str, Entity]:
    """Write the experiments' files; one that cannot be read is named all the same."""
    found: dict[str, Entity] = {}
    for name in names:
        about = {"name": name, "programmingLanguage": _refer(_PYTHON)}
        path = material.code(name)
        data = _read_plain(path) if path else None
        if data is None:
            found[name] = {"@id": f"#{_safe(name)}", "@type": "SoftwareApplication", "name": name}
        else:
            found[name] = _put(packed, f"experiments/{_safe(name)}.py", data, **about)
            found[name]["@type"] = ["File", "SoftwareSourceCode"]
    return found


def _write_ledgers(packed: ZipFile, records: Iterable[RunRecord]) -> dict[str, Entity]:
    lines: dict[str, list[bytes]] = {}
    for record in records:
        line = write_json(write_record(record)) + b"\n"
        lines.setdefault(record.parts.experiment, []).append(line)
    return {
        name: _put(packed, f"runs/{_safe(name)}.jsonl", b"".join(own), name=f"Runs of {name}")
        for name, own in lines.items()
    }


def _write_artifacts(
    packed: ZipFile, runs: Path | None, records: Iterable[RunRecord]
) -> dict[str, Entity]:
    """Write what the runs left, by its hash; what has changed or lies elsewhere stays behind."""
    found: dict[str, Entity] = {}
    artifacts = [artifact for record in records for artifact in record.artifacts]
    for artifact in artifacts:
        is_new = artifact.sha256 not in found
        data = _read_artifact(runs, artifact) if runs and is_new else None
        if data is not None:
            place = f"artifacts/{artifact.sha256[:16]}-{_safe(artifact.path.rpartition('/')[2])}"
            found[artifact.sha256] = _put(packed, place, data, name=artifact.name)
    return found


def _read_artifact(runs: Path, artifact: Artifact) -> bytes | None:
    path = runs / artifact.path
    if not path.resolve().is_relative_to(runs.resolve()):
        return None
    data = _read_plain(path)
    return data if data and hashlib.sha256(data).hexdigest() == artifact.sha256 else None


def _read_plain(path: Path) -> bytes | None:
    """Read a file that is a file and no link."""
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None


def _safe(name: str) -> str:
    """Give a name that any file system takes, and no two the same."""
    stem, dot, suffix = name.rpartition(".")
    is_file = bool(dot) and suffix.isascii() and suffix.isalnum()
    safe = name_ledger(Path(), stem if is_file else name).stem
    return f"{safe}.{suffix}" if is_file else safe


def _put(packed: ZipFile, place: str, data: bytes, **about: Any) -> Entity:  # noqa: ANN401 - JSON
    with open_member(packed, place) as file:
        file.write(data)
    kind = mimetypes.guess_type(place)[0] or "application/octet-stream"
    return {
        "@id": place,
        "@type": "File",
        "contentSize": str(len(data)),
        "encodingFormat": _TYPES.get(place.rpartition(".")[2], kind),
        **about,
    }


def _describe_crate(
    material: Material, parts: Sequence[Entity], mentioned: Sequence[Entity]
) -> list[Entity]:
    ends = [entity["endTime"] for entity in mentioned if entity.get("endTime")]
    files = [part for part in parts if not part["@id"].startswith("#")]
    return [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": _refer("./"),
            "conformsTo": _refer("https://w3id.org/ro/crate/1.1"),
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Claims of {material.title} and their evidence",
            "description": "Claims of research notes, the experiments that test them, and every"
            f" run on record, written by noteweb {__version__}.",
            "datePublished": max(ends, default=material.today.isoformat()),
            "conformsTo": _refer(_PROFILE),
            "hasPart": [_refer(part["@id"]) for part in files],
            "mentions": [_refer(entity["@id"]) for entity in mentioned],
        },
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": _PYTHON, "@type": "ComputerLanguage", "name": "Python", "url": _PYTHON},
    ]


def _describe_claim(known: KnownClaim, artifacts: Mapping[str, Entity]) -> Entity:
    claim, verdict = known.claim, known.verdict
    runs = [_refer(_run_id(record)) for record in known.records]
    own = [entity["@id"] for entity in testimony.describe(known)]
    cited = [name for name in own if name == testimony.name_source(claim)]
    left = {each.sha256: None for record in known.records for each in record.artifacts}
    plots = [artifacts[each] for each in left if each in artifacts]
    about: Entity = {
        "@id": testimony.name_claim(claim),
        "@type": "CreativeWork",
        "additionalType": "http://schema.org/Claim",
        "identifier": claim.id,
        "text": claim.statement,
        "creativeWorkStatus": verdict.kind.value,
        "description": _describe_verdict(known),
        "citation": [_refer(name) for name in cited],
        "variableMeasured": [_refer(name) for name in own if name not in cited],
        "image": [_refer(each["@id"]) for each in plots if _is_picture(each)],
        "subjectOf": runs,
    }
    return {key: value for key, value in about.items() if value}


def _describe_verdict(known: KnownClaim) -> str:
    needs = known.claim.needs
    reasons = map(str, known.verdict.reasons)
    return "; ".join([*reasons, *([f"it would need {needs}"] if needs else [])])


def _is_picture(entity: Entity) -> bool:
    return str(entity["encodingFormat"]).startswith("image/")


def _describe_run(
    record: RunRecord,
    code: Mapping[str, Entity],
    ledgers: Mapping[str, Entity],
    artifacts: Mapping[str, Entity],
) -> Entity:
    name = record.parts.experiment
    left = [artifacts[each.sha256] for each in record.artifacts if each.sha256 in artifacts]
    is_done = record.status is RunStatus.OK
    about: Entity = {
        "@id": _run_id(record),
        "@type": "CreateAction",
        "name": f"{name}, seed {record.seed}",
        "instrument": _refer(code[name]["@id"]),
        "result": [_refer(each["@id"]) for each in (ledgers[name], *left)],
        "actionStatus": _DONE if is_done else _FAILED,
        "startTime": record.started,
        "endTime": record.ended,
        "error": "" if is_done else record.detail or record.status.value,
    }
    return {key: value for key, value in about.items() if value}


def _run_id(record: RunRecord) -> str:
    return f"#run-{record.key}-{record.attempt}"


def _refer(name: str) -> Entity:
    return {"@id": name}
