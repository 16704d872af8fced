"""What must hold of every simulated world, whatever its seed and faults.

Each check folds the published facts, and looks at the exchange's truth where the facts cannot know. A check
knows nothing of the engine's inside, so that no error in there can hide from it.
"""

from ccapp.simulate.checks.verdict import Verdict, Violation

__all__ = ["Verdict", "Violation"]
