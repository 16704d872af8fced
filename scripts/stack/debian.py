"""Debian packages without root: fetched through a private apt state and unpacked into the cache.

Apt does what it is good at (mirror, signatures, dependency closure); what it must never do here is read or
write the system's own package state. The status file is empty, so the closure is complete down to libc, and
a package of any suite runs beside whatever the machine has.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.stack.cache import built_once
from scripts.stack.progress import step

KEYRINGS: Final = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)
UNUSED: Final = re.compile(r"^(perl|libperl|gnupg|gpg|dirmngr|pinentry|libicu-dev)")
"""Dependencies of maintainer scripts and of features nobody loads; a fifth of all there is to unpack."""


class NoDebianArchive(Exception):
    """This machine's apt sources name no Debian archive to fetch from."""


@dataclass(frozen=True, slots=True)
class Source:
    """One archive of the machine's apt configuration."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


def parse_deb822(text: str) -> list[Source]:
    """Enabled binary archives of a `.sources` file: stanzas of `Field: value`, continued lines indented."""
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if (
            fields.get("enabled", "yes").lower() in {"no", "false"}
            or "deb" not in fields.get("types", "").split()
        ):
            continue
        suites, components = fields.get("suites", "").split(), fields.get("components", "").split()
        signed_by = fields.get("signed-by", "")
        found += [Source(uri, tuple(suites), tuple(components), signed_by) for uri in fields["uris"].split()]
    return found


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}".strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_one_line(text: str) -> list[Source]:
    """The binary archives of a `.list` file: `deb [option=value …] uri suite component…`."""
    found = []
    for line in text.splitlines():
        entry = re.match(r"\s*deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if entry is None:
            continue
        options, uri, suite, components = entry.groups()
        signed_by = re.search(r"signed-by=(\S+)", options or "")
        found.append(Source(uri, (suite,), tuple(components.split()), signed_by[1] if signed_by else ""))
    return found


def machine_sources(etc: Path = Path("/etc/apt")) -> list[Source]:
    """Everything apt on this machine would fetch from, in apt's own two formats."""
    found = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if path.suffix == ".sources":
            found += parse_deb822(path.read_text())
        elif path.suffix == ".list" and path.is_file():
            found += parse_one_line(path.read_text())
    return found


def debian_archive(sources: Iterable[Source], codename: str) -> Source:
    """The entry that is Debian's own main archive (or a mirror of it), not its security or a third party's.

    Third parties name their suites after Debian's and their component `main`, too; what they cannot do is be
    signed by Debian's keyring. Where no keyring is named, the address must look like a Debian mirror's.
    """

    def likeness(source: Source) -> int:
        if "main" not in source.components or not {codename, "stable", "testing", "sid"} & {*source.suites}:
            return 0
        if source.signed_by:
            return 2 if "debian-archive" in source.signed_by else 0
        return 1 if re.search(r"/debian(\.list)?/?$", source.uri) else 0

    best = max(sources, key=likeness, default=None)
    if best is None or not likeness(best):
        raise NoDebianArchive(f"no Debian archive for {codename} in /etc/apt: install the programs yourself")
    return best


def machine_suite() -> str:
    """This machine's release by codename, such as `bookworm`."""
    release = Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=\"?(\w+)", release, re.MULTILINE)
    return codename[1] if codename else "sid"


def unpacked(name: str, packages: Sequence[str], suite: str) -> Path:
    """The folder in which `packages` of `suite` lie unpacked with all they depend on; fetched once."""
    key = hashlib.sha256(repr((sorted(packages), suite, UNUSED.pattern)).encode()).hexdigest()[:8]

    def build(root: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="ccapp-apt-") as folder:
            state = _private_apt(Path(folder), suite)
            _apt(state, f"{name}: reading the package index of {suite}", "update")
            install = ("install", "-y", "--download-only", "--no-install-recommends", *packages)
            _apt(state, f"{name}: fetching packages", *install)
            _unpack(name, sorted((Path(folder) / "cache" / "archives").glob("*.deb")), root)

    return built_once(f"{name}-{suite}-{key}", build)


def _private_apt(folder: Path, suite: str) -> Path:
    """An apt configuration whose every folder lies in `folder`; the machine's proxy settings still apply."""
    archive = debian_archive(machine_sources(), machine_suite())
    keyring = next((f"[signed-by={path}] " for path in KEYRINGS if path.exists()), "")
    for name in ("lists/partial", "cache/archives/partial", "none"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb {keyring}{archive.uri} {suite} main\n")
    configuration = folder / "apt.conf"
    configuration.write_text(
        f'Dir::Etc::sourcelist "{folder}/sources.list";\n'
        f'Dir::Etc::sourceparts "{folder}/none";\n'
        f'Dir::Etc::preferences "{folder}/none/preferences";\n'
        f'Dir::Etc::preferencesparts "{folder}/none";\n'
        f'Dir::State::lists "{folder}/lists";\n'
        f'Dir::State::status "{folder}/status";\n'
        f'Dir::Cache "{folder}/cache";\n'
        'APT::Sandbox::User "";\n'
        "Debug::NoLocking 1;\n"
    )
    return configuration


def _apt(configuration: Path, what: str, *arguments: str) -> None:
    environment = {**os.environ, "APT_CONFIG": str(configuration), "DEBIAN_FRONTEND": "noninteractive"}
    with step(what):
        run = subprocess.run(
            ["apt-get", "-q", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        if run.returncode:
            raise RuntimeError(f"apt-get {arguments[0]} failed:\n{run.stdout[-4000:]}")


def _unpack(name: str, archives: Sequence[Path], root: Path) -> None:
    def unpack(archive: Path) -> None:
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True, timeout=300)

    wanted = [archive for archive in archives if not UNUSED.match(archive.name)]
    with step(f"{name}: unpacking {len(wanted)} packages"):
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            list(pool.map(unpack, wanted))
        for folder in ("doc", "man", "locale"):
            shutil.rmtree(root / "usr/share" / folder, ignore_errors=True)


def loader(root: Path) -> list[str]:
    """The start of a command line that runs a program of `root` with `root`'s own libc and libraries."""
    libraries = [folder for prefix in ("usr/lib", "lib") for folder in (root / prefix).glob("*-linux-gnu*")]
    libraries += [folder / "pulseaudio" for folder in libraries if (folder / "pulseaudio").is_dir()]
    linkers = [path for folder in libraries for path in folder.glob("ld-linux-*.so.*")]
    return [str(linkers[0]), "--library-path", ":".join(map(str, libraries))]
