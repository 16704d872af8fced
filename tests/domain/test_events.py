from ccapp.domain import events
from ccapp.domain.events import KINDS, Fact


def test_every_fact_can_be_read_again():
    """A kind missing from KINDS would be written to the journal and refused when it is read."""
    facts = {
        thing
        for name in events.__all__
        if isinstance(thing := getattr(events, name), type) and issubclass(thing, Fact)
    }
    bases = {base for fact in facts for base in fact.__bases__}
    assert facts - bases == set(KINDS.values())
