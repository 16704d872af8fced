"""The SQL files: db/ at the top of the checkout, ccapp/db in the wheel."""

from functools import cache
from pathlib import Path


@cache
def db_folder() -> Path:
    package = Path(__file__).parents[1]
    for folder in (package / "db", package.parent / "db"):
        if (folder / "schema.sql").is_file():
            return folder
    raise FileNotFoundError(f"no db/schema.sql beside or in {package}")


@cache
def query(*names: str) -> str:
    """The text of db/queries/<name>.sql; of several, one after the other as one statement."""
    return "\n".join((db_folder() / "queries" / f"{name}.sql").read_text() for name in names)
