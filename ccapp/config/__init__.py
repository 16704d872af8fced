"""Configuration: the contact centre's own file (what calls do) and the program's settings (where it runs).

A text or document becomes a `domain.centre.Centre`, or a ConfigError that names every problem with its line.
Passwords end here: what leaves is a digest.
"""

from ccapp.config.document import (
    SAMPLE,
    Reading,
    check,
    export_yaml,
    from_document,
    merge_secrets,
    read,
    read_document,
    read_file,
    to_document,
)
from ccapp.config.merge_patch import patched
from ccapp.config.problem import ConfigError, Places, Problem
from ccapp.config.settings import Settings
from ccapp.config.token import api_token
from ccapp.config.traffic import Offered, read_offered, read_traffic

__all__ = [
    "SAMPLE",
    "ConfigError",
    "Offered",
    "Places",
    "Problem",
    "Reading",
    "Settings",
    "api_token",
    "check",
    "export_yaml",
    "from_document",
    "merge_secrets",
    "patched",
    "read",
    "read_document",
    "read_file",
    "read_offered",
    "read_traffic",
    "to_document",
]
