"""Service level: five formulas are in use, and on the same calls they differ by several points.

With `ans` answered and `ab` unanswered calls (given up by the caller, or by us), `_in`: after a wait of at
most the threshold; `short_ab`: abandoned before the short-abandon threshold:

    F1 (ans_in + ab_in) / (ans + ab)       what the caller gave up in time is no fault of ours
    F2 ans_in / ans                        the abandoned are not looked at
    F3 ans_in / (ans + ab)                 the strictest
    F4 ans_in / (ans + ab_after)           who gave up within the threshold never called
    F5 (ans_in + short_ab) / (ans + ab)    only who gave up at once is no fault of ours
"""

from enum import StrEnum

from ccapp.routing.figures.tally import Tally


class Formula(StrEnum):
    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"


def service_level(tally: Tally, formula: Formula, threshold_s: float, short_s: float) -> float | None:
    """From 0 to 1; None when there is nothing to divide by."""
    ans, ans_in = len(tally.answered), tally.answered.within(threshold_s)
    ab, ab_in = tally.unanswered, tally.abandoned.within(threshold_s)
    match formula:
        case Formula.F1:
            good, all_ = ans_in + ab_in, ans + ab
        case Formula.F2:
            good, all_ = ans_in, ans
        case Formula.F3:
            good, all_ = ans_in, ans + ab
        case Formula.F4:
            good, all_ = ans_in, ans + ab - ab_in
        case Formula.F5:
            good, all_ = ans_in + tally.abandoned.below(short_s), ans + ab
    return good / all_ if all_ else None
