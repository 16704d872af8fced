"""Changing single settings: a JSON merge patch (RFC 7396) over the configuration in force.

A mapping is merged, anything else replaces what was there, and null takes it away: the default counts again.
"""

from collections.abc import Mapping
from typing import Any

from ccapp.config.document import to_document
from ccapp.domain.centre import Centre


def patched(centre: Centre, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document of `centre` with the patch applied; without the secrets that are not given anew."""
    merged: dict[str, Any] = merge_patch(to_document(centre), patch)
    return merged


def merge_patch(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
