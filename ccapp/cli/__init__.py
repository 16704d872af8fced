"""The `ccapp` command: runs the engine, and shows and tells a running one what operators want."""

from ccapp.cli.main import app

__all__ = ["app"]
