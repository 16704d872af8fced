"""Days of offered traffic against a configuration, many of them, and what can be said of them all.

`callers` and `duty` draw a day from its seed before anything is decided, so that two configurations meet the
very same people. `swift` runs it through the Router alone, `whole` through all the stories; both tell facts,
of which `measures` makes figures; `replications` runs many days, `estimate` says what they have in common.
"""
