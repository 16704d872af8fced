"""Every kind of IVR node on paper: what is heard and which way is taken, whatever the keys and answers."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.config import ConfigError, read_document
from ccapp.domain.centre import Centre
from ccapp.domain.ids import TreeId
from ccapp.simulate.ivr_walk import Heard, Walk, try_walk
from tests.config.centres import documents
from tests.domain.steady import STEADY


def centre(**trees: dict[str, Any]) -> Centre:
    """Each tree starts at its first node."""
    ivr = {name: {"start": next(iter(nodes)), "nodes": nodes} for name, nodes in trees.items()}
    queues = {"sales": {"name": "Sales"}}
    return read_document({"ivr": ivr, "queues": queues, "trunks": {"carrier": {}}}).centre


def walked(trees: Centre, tree: str = "main", **given: Any) -> list[tuple[str, str]]:
    return [(heard.what, heard.text) for heard in try_walk(trees, TreeId(tree), Walk(**given))]


def nodes(told: list[tuple[str, str]]) -> list[str]:
    return [text.partition("/")[2] for what, text in told if what == "node"]


ASKS_FOR_ACCOUNT = centre(
    main={
        "ask": {
            "collect": {
                "say": "Your account?",
                "into": "Account",
                "digits_min": 4,
                "digits_max": 6,
                "patterns": ["49XX", "7!"],
                "wrong": {"say": "That is no account."},
                "tries": 3,
                "then": "good",
                "otherwise": "bad",
            }
        },
        "good": {"queue": "sales"},
        "bad": "hang_up",
    }
)


@pytest.mark.parametrize(
    ("keys", "account"),
    [("4912#", "4912"), ("48#4912#", "4912"), ("12#71234#", "71234"), ("712345", "712345")],
)
def test_digits_that_fit_are_taken(keys: str, account: str) -> None:
    told = walked(ASKS_FOR_ACCOUNT, keys=keys)
    assert told[-1] == ("goes", f"to the queue sales (Account={account})")


@pytest.mark.parametrize("keys", ["49#4912345#123456#", "49123#5#6#", ""])
def test_digits_that_do_not_fit_cost_a_try_and_are_told(keys: str) -> None:
    told = walked(ASKS_FOR_ACCOUNT, keys=keys)
    assert nodes(told) == ["ask", "bad"]
    assert [text for what, text in told if what == "hears"].count('"That is no account."') == 2


CALLS_BACK = read_document(
    {
        "trunks": {"carrier": {}},
        "queues": {"sales": {"name": "Sales", "callback": {"trunk": "carrier", "numbers": ["49X."]}}},
        "ivr": {
            "main": {
                "start": "ask",
                "nodes": {
                    "ask": {"callback": {"to": "sales", "otherwise": "bad"}},
                    "bad": {"hang_up": {"say": "No."}},
                },
            }
        },
    }
).centre


@pytest.mark.parametrize(
    ("keys", "caller", "number"),
    [
        ("1", "+4930123", "+4930123"),
        ("24940555#1", "4930123", "4940555"),
        ("4940555#1", "", "4940555"),
        ("4940555#24941555#1", "anonymous", "4941555"),
        ("0900#4940555#1", "0900123", "4940555"),
    ],
)
def test_a_number_to_be_called_back_at(keys: str, caller: str, number: str) -> None:
    told = walked(CALLS_BACK, keys=keys, caller_number=caller)
    assert ("goes", f"to be called back at {number} for sales") in told
    confirmed = [text for what, text in told if what == "hears" and "press 1" in text][-1]
    assert ", ".join(number.removeprefix("+")) in confirmed


@pytest.mark.parametrize(
    ("keys", "caller"), [("", "4930123"), ("20900#", "4930123"), ("", ""), ("33", "49301")]
)
def test_no_number_to_be_called_back_at(keys: str, caller: str) -> None:
    told = walked(CALLS_BACK, keys=keys, caller_number=caller)
    assert nodes(told) == ["ask", "bad"]


def test_what_decides_how_the_call_is_served_is_set() -> None:
    said = {"skills": {"Spanish": 2, "sales": 1}, "priority_s": 60, "language": "es", "record": True}
    told = walked(
        centre(
            main={
                "a": {"set": {**said, "values": {"Who": "{CallerNumber}"}, "then": "b"}},
                "b": {"queue": "sales"},
            }
        ),
        caller_number="4930777",
    )
    known = "Who=4930777, Skills=spanish:2, sales:1, Priority=60, Language=es, Record=1"
    assert told[-1] == ("goes", f"to the queue sales ({known})")


@pytest.mark.parametrize(
    ("data", "to"),
    [({"Balance": "120"}, "rich"), ({"Balance": "99.5"}, "known"), ({"Balance": "x"}, "known"), ({}, "new")],
)
def test_a_branch_takes_the_first_condition_that_holds(data: dict[str, str], to: str) -> None:
    cases = [{"when": "Balance > 100", "then": "rich"}, {"data": "Balance", "present": True, "then": "known"}]
    tree = {
        "a": {"branch": {"cases": cases, "otherwise": "new"}},
        **dict.fromkeys(["rich", "known", "new"], "hang_up"),
    }
    assert nodes(walked(centre(main=tree), data=data)) == ["a", to]


@pytest.mark.parametrize(("at", "to"), [("2026-01-05T09:00", "open"), ("2026-01-05T08:59", "closed")])
def test_a_branch_asks_business_hours(at: str, to: str) -> None:
    cases = [{"when": "open(office)", "then": "open"}]
    nodes_ = {
        "a": {"branch": {"cases": cases, "otherwise": "closed"}},
        "open": "hang_up",
        "closed": "hang_up",
    }
    office = {"time_zone": "Asia/Ho_Chi_Minh", "weekly": {"mon": ["09:00-17:00"]}}
    document = {"hours": {"office": office}, "ivr": {"main": {"start": "a", "nodes": nodes_}}}
    called = datetime.fromisoformat(f"{at}+07:00").timestamp()
    assert nodes(walked(read_document(document).centre, at=called)) == ["a", to]


def test_a_sub_tree_comes_back_and_a_jump_does_not() -> None:
    trees = centre(
        main={
            "a": {"tree": {"to": "sub", "then": "b"}},
            "b": {"tree": {"to": "sub", "at": "late", "then": "c"}},
            "c": "hang_up",
        },
        sub={
            "early": {"tree": {"to": "deep", "then": "late"}},
            "late": {"play": {"say": "Late.", "then": "done"}},
            "done": "back",
        },
        deep={"x": {"tree": "flat"}},
        flat={"y": {"event": {"name": "seen", "values": {"By": "{CallerNumber}"}, "then": "z"}}, "z": "back"},
    )
    told = walked(trees)
    assert nodes(told) == ["a", "early", "x", "y", "z", "late", "done", "b", "late", "done", "c"]
    assert ("event", "seen By=4930123456") in told


def test_back_from_where_nobody_came_ends_the_call() -> None:
    assert walked(centre(main={"a": "back"}))[-1] == ("ends", "the call")


ASKS_OUTSIDE = centre(
    main={
        "http": {
            "http": {
                "url": "https://crm.example/{Dialled}?n={CallerNumber}&w={Word}",
                "answers": {"Name": "customer.names.0", "Vip": "vip", "Nothing": "customer"},
                "then": "sql",
                "otherwise": "failed",
            }
        },
        "sql": {
            "sql": {
                "query": "select balance from account where name = $1",
                "values": ["{Name}"],
                "answers": {"Balance": "balance"},
                "then": "good",
                "no_row": "none",
                "otherwise": "failed",
            }
        },
        **dict.fromkeys(["good", "none", "failed"], "hang_up"),
    }
)


def test_answers_become_call_data_and_data_cannot_change_the_question() -> None:
    answers = [{"customer": {"names": ["Anna"]}, "vip": True}, {"balance": 12.5}]
    told = walked(ASKS_OUTSIDE, answers=answers, data={"Word": "a&b=/../'"}, dialled="100")
    asked = [text for what, text in told if what == "asks"]
    assert asked[0].startswith("GET https://crm.example/100?n=4930123456&w=a%26b%3D%2F..%2F%27: ")
    assert asked[1].startswith("select balance from account where name = $1 with ['Anna']: ")
    assert told[-1][1].endswith("Name=Anna, Vip=true, Nothing=, Balance=12.5)")


@pytest.mark.parametrize(
    ("answers", "way"),
    [([], ["http", "failed"]), ([{}], ["http", "sql", "failed"]), ([[], None], ["http", "sql", "none"])],
)
def test_no_answer_and_no_row_have_ways_of_their_own(answers: list[Any], way: list[str]) -> None:
    assert nodes(walked(ASKS_OUTSIDE, answers=answers)) == way


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["customer", "names", "name"]), inside)
    ),
    max_leaves=5,
)


@given(documents(), st.text("0123456789*#", max_size=20), st.lists(JSON, max_size=3))
@STEADY
def test_any_graph_comes_to_an_end_whatever_is_keyed_and_answered(
    document: dict[str, Any], keys: str, answers: Any
) -> None:
    found = read_document(document).centre
    for tree in found.trees:
        told: list[Heard] = try_walk(found, tree, Walk(keys=keys, answers=answers))
        assert told[-1].what in ("goes", "ends")


KEYS = ["1", "2", "EMPTY_KEY"]


@st.composite
def entangled(draw: st.DrawFn) -> dict[str, Any]:
    """Trees that lead into each other anyhow."""
    names, to = ["a", "b", "c"], st.sampled_from(["a", "b", "c"])
    trees = ["one", "two", "three"]
    node = st.one_of(
        st.fixed_dictionaries({"event": st.fixed_dictionaries({"name": st.just("x"), "then": to})}),
        st.fixed_dictionaries(
            {"tree": st.fixed_dictionaries({"to": st.sampled_from(trees)}, optional={"at": to, "then": to})}
        ),
        st.dictionaries(st.sampled_from(KEYS), to, min_size=1).map(
            lambda keys: {"menu": {"say": "Hi", "keys": {"9": "a", **keys}}}
        ),
        st.sampled_from(["back", "hang_up"]),
    )
    return {tree: {"start": "a", "nodes": {name: draw(node) for name in names}} for tree in trees}


@given(entangled())
@STEADY
def test_who_keys_nothing_comes_out_of_any_trees_that_are_not_refused(trees: dict[str, Any]) -> None:
    try:
        found = read_document({"ivr": trees}).centre
    except ConfigError as refusal:
        wrong = [problem.message for problem in refusal.problems if problem.severity == "error"]
    else:
        wrong = []
        for tree in found.trees:
            assert len(nodes(walked(found, tree))) <= len(trees) * 3 * 3 + 1
    assert all("goes round for ever" in message for message in wrong)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Hola Anna."),
        ("ES-mx", "Hola Anna."),
        ("pt-BR", "Oi Anna."),
        ("pt", "Hi Anna."),
        ("", "Hi Anna."),
        ("de", "Hi Anna."),
    ],
)
def test_a_prompt_is_in_the_language_of_the_call(language: str, text: str) -> None:
    say = {"say": "Hi {Name}.", "translations": {"es": "Hola {Name}.", "pt-BR": "Oi {Name}."}}
    told = walked(centre(main={"a": {"hang_up": say}}), data={"Language": language, "Name": "Anna"})
    assert ("hears", f'"{text}"') in told
