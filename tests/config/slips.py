"""What is said of a configuration with a slip in it."""

from textwrap import dedent

from ccapp.config import ConfigError, read


def told(text: str) -> list[str]:
    """What is said of `text`, errors or warnings."""
    try:
        return [str(problem) for problem in read(dedent(text).lstrip("\n"), "f.yaml").warnings]
    except ConfigError as error:
        return str(error).splitlines()


CENTRE = """
agents: {alice: {name: Alice, extension: 201, skills: {sales: 3}}}
queues:
  sales: {name: Sales}
trunks: {carrier: {}}
"""

SKILLED = "agents: {a: {name: A, extension: 1, skills: {sales: 2}}}\n"


def tree(nodes: str, start: str = "a") -> str:
    """A centre whose IVR begins in line 5; its first node stands in line 9."""
    lines = "\n".join(f"      {line}" for line in dedent(nodes).strip().splitlines())
    return f"{dedent(CENTRE).strip()}\nivr:\n  main:\n    start: {start}\n    nodes:\n{lines}\n"
