"""Small configurations for tests, with short times."""

from typing import Any

from tests.e2e.house import PASSWORD

TRUNKS = {"carrier": {"trusted": True, "headers": ["X-Campaign"]}, "public": {}}


def agent(extension: int, skills: dict[str, int] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "name": f"Agent {extension}",
        "extension": str(extension),
        "password": PASSWORD,
        "skills": skills or {},
        **more,
    }


def queue(**more: Any) -> dict[str, Any]:
    return {"name": "Queue", "ring_s": 15, "wrap_up_s": 0, "retry_same_agent_s": 1, **more}


def centre(
    agents: dict[str, dict[str, Any]], queues: dict[str, dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """The number 100 leads to the queue `sales`; every queue has its own number too, 101, 102 and so on."""
    lines = queues or {"sales": queue()}
    numbers = {str(101 + index): {"queue": name} for index, name in enumerate(lines)}
    return {
        "name": "Test",
        "trunks": TRUNKS,
        "numbers": {"100": {"queue": next(iter(lines))}, **numbers},
        "queues": lines,
        "agents": agents,
        "offline_grace_s": 1,
        **more,
    }
