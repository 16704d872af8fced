"""Expressions over skills: read, refused with a column, written out, widened; never a crash, never a hang."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain import requirements
from ccapp.domain.expressions import (
    ALWAYS,
    DEPTH_MAX,
    LENGTH_MAX,
    NEVER,
    AllOf,
    ExpressionError,
    alternatives,
    expression,
    holds,
    parse,
    told,
)
from ccapp.domain.ids import SkillId
from ccapp.domain.requirements import Skills, merged, met, normal, unmet
from tests.domain.steady import STEADY

NAMES = [SkillId(name) for name in ("a", "b", "c")]
PEOPLE = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10))
SIGNS = {
    "": lambda has, _: has >= 1,
    ">=": lambda has, level: has >= level,
    ">": lambda has, level: has > level,
    "<=": lambda has, level: has <= level,
    "<": lambda has, level: has < level,
    "=": lambda has, level: has == level,
    "==": lambda has, level: has == level,
    "!=": lambda has, level: has != level,
}

type Tree = tuple[object, ...]


def leaves() -> st.SearchStrategy[Tree]:
    return st.tuples(
        st.just("is"), st.sampled_from(NAMES), st.sampled_from(sorted(SIGNS)), st.integers(0, 10)
    )


TREES: st.SearchStrategy[Tree] = st.recursive(
    leaves(),
    lambda inner: (
        st.tuples(st.just("not"), inner)
        | st.tuples(st.sampled_from(["and", "or"]), inner, inner)
        | st.tuples(st.sampled_from(["and", "or"]), inner, inner, inner)
    ),
    max_leaves=9,
)


def written(tree: Tree) -> str:
    match tree:
        case ("is", str(name), "", _):
            return name
        case ("is", name, sign, level):
            return f"{name} {sign}{level}"
        case ("not", inner):
            return f"not ({written(inner)})"  # type: ignore[arg-type]
        case (word, *inner):
            return f" {word} ".join(f"({written(part)})" for part in inner)  # type: ignore[arg-type]
    raise AssertionError(tree)


def so(tree: Tree, has: Skills) -> bool:
    match tree:
        case ("is", name, sign, level):
            return bool(SIGNS[str(sign)](has.get(name, 0), level))  # type: ignore[call-overload]
        case ("not", inner):
            return not so(inner, has)  # type: ignore[arg-type]
        case ("and", *inner):
            return all(so(part, has) for part in inner)  # type: ignore[arg-type]
        case (_, *inner):
            return any(so(part, has) for part in inner)  # type: ignore[arg-type]
    raise AssertionError(tree)


def short(tree: Tree) -> bool:
    try:
        expression(written(tree))
    except ExpressionError:
        return False
    return True


SHORT = TREES.filter(short)


@given(SHORT, PEOPLE)
@STEADY
def test_it_means_what_it_says(tree: Tree, has: Skills) -> None:
    node = parse(expression(written(tree)))
    assert holds(node, has) is so(tree, has)
    ways = alternatives(node)
    if ways is not None:
        fits = [
            all(
                has.get(s, 0) >= low and (high is None or has.get(s, 0) <= high)
                for s, (low, high) in w.items()
            )
            for w in ways
        ]
        assert any(fits) is so(tree, has)


@given(SHORT, SHORT, SHORT, PEOPLE)
@STEADY
def test_written_out_and_joined_it_means_the_same(one: Tree, two: Tree, three: Tree, has: Skills) -> None:
    texts = [expression(written(tree)) for tree in (one, two, three)]
    joined = merged(merged(texts[0], texts[1]), texts[2])
    assert met(has, joined) is all(so(tree, has) for tree in (one, two, three))
    assert (unmet(has, joined) is None) is met(has, joined)
    assert met(has, merged(joined, {SkillId("A"): 3})) is (met(has, joined) and has.get(NAMES[0], 0) >= 3)


@given(SHORT | st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10)), PEOPLE, st.integers(0, 10))
@STEADY
def test_widening_keeps_everyone_who_met_it(tree: Tree | Skills, has: Skills, level: int) -> None:
    asked = expression(written(tree)) if isinstance(tree, tuple) else tree
    wider = requirements.widened(asked, SkillId("A"), level)
    if met(has, asked):
        assert met(has, wider)
    if level == 0:
        others = {skill: value for skill, value in has.items() if skill != "a"}
        assert met(has, wider) is met(others, wider), "the skill does not matter any more"


PIECES = st.sampled_from([*"ab10>=<!() \t#é\0", "and ", " or ", "not ", "(a", "b)"]) | st.characters()


@given(st.lists(PIECES, max_size=200).map("".join))
@STEADY
def test_whatever_is_written_is_read_or_refused_with_its_column(text: str) -> None:
    refused = None
    try:
        read = expression(text)
        assert expression(read) == read
    except ExpressionError as error:
        refused = error
    if refused is not None:
        assert 1 <= refused.column <= len(text) + 1
        assert f"column {refused.column}: " in str(refused)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", 'column 1: expected a skill, "not" or "(", found the end'),
        ("a and", 'column 6: expected a skill, "not" or "(", found the end'),
        ("a b", 'column 3: expected "and", "or" or the end, found "b"'),
        ("(a or b", 'column 8: expected ")", found the end'),
        ("a)", 'column 2: expected "and", "or" or the end, found ")"'),
        ("a >= b", 'column 6: expected a level, 0 to 10, found "b"'),
        ("a >= 11", "column 6: a level is 0 to 10"),
        ("a & b", "column 3: '&' is not understood"),
        ("a and or", 'column 7: expected a skill, "not" or "(", found "or"'),
        ("x" * 41, "column 1: a skill has at most 40 characters"),
        ("a " * LENGTH_MAX, "column 501: longer than 500 characters"),
        ("not " * DEPTH_MAX + "a", f"column {4 * DEPTH_MAX + 1}: nested deeper than 20"),
        ("(" * 499, f"column {DEPTH_MAX + 1}: nested deeper than 20"),
    ],
)
def test_refusals(text: str, refusal: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        expression(text)
    assert str(refused.value) == refusal


def test_what_is_always_or_never_so() -> None:
    assert parse(expression("a>=0")) == ALWAYS == AllOf()
    assert parse(expression("a or b>=0")) == ALWAYS
    assert parse(expression("a>10 and b")) == NEVER
    assert alternatives(parse(expression("a and not a"))) == []
    assert parse(expression(told(NEVER))) == NEVER
    assert parse(expression(told(ALWAYS))) == ALWAYS


def test_what_has_too_many_ways_is_not_listed() -> None:
    text = " and ".join(f"(a{n} or b{n})" for n in range(7))
    node = parse(expression(text))
    assert alternatives(node) is None
    assert holds(node, normal({SkillId(f"a{n}"): 1 for n in range(7)}))


def test_requirements_in_words() -> None:
    either = expression("Spanish>=2 AND (sales or  billing)")
    assert either == "spanish>=2 and (sales or billing)"
    assert unmet({SkillId("spanish"): 2}, either) == "sales or billing"
    assert unmet({SkillId("sales"): 1}, {SkillId("spanish"): 2}) == "spanish 2"
    assert requirements.wording(either) == either
    assert requirements.wording({SkillId("b"): 1, SkillId("a"): 2}) == "a 2, b 1"
    assert requirements.widened(either, SkillId("spanish"), 0) == "sales or billing"
    assert requirements.widened(either, SkillId("spanish"), 1) == "spanish and (sales or billing)"
    assert requirements.widened(expression("spanish"), SkillId("spanish"), 0) == {}
