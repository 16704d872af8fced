"""`ccapp ivr draw` and `walk`: as the README shows them, for any graph, and what they refuse."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given

from ccapp.cli.ivr_drawing import boxes, mermaid
from ccapp.cli.ivr_svg import svg
from ccapp.config import read_document
from tests.cli.conftest import Office
from tests.config.centres import documents
from tests.domain.steady import STEADY

README = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = README.partition("### An IVR in ten lines")[2].partition("**Call data.**")[0]
SVG = "{http://www.w3.org/2000/svg}"


def blocks(language: str) -> list[str]:
    fenced = (part.partition("\n") for part in SECTION.split("```")[1::2])
    return [body for marked, _, body in fenced if marked == language]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "ten.yaml"
    path.write_text(blocks("yaml")[0])
    return str(path)


def test_the_readme_draws_and_walks_what_the_commands_do(office: Office, file: str) -> None:
    assert office.says("ivr", "draw", "main", "--file", file) == blocks("mermaid")[0]
    walked = office.says("ivr", "walk", "main", "2", "4911#", "--file", file)
    assert [line.rstrip() for line in walked.splitlines()] == blocks("")[0].splitlines()


def test_who_is_asked_for_and_written_to_is_drawn_and_walked(office: Office, tmp_path: Path) -> None:
    (tmp_path / "asks.yaml").write_text(
        "queues: {sales: {name: Sales}}\nagents: {anna: {name: Anna, extension: 201, password: x}}\n"
        "sms: {url: 'https://sms.example/'}\nivr: {main: {start: a, nodes: {a: {sms: {text: 'Hi', then: b, "
        "otherwise: c}}, b: {agent: {to: anna, queue: sales, otherwise: c}}, c: hang_up}}}"
    )
    file = ("main", "-f", str(tmp_path / "asks.yaml"))
    drawn = office.says("ivr", "draw", *file)
    assert "sms: to #123;CallerNumber#125;: Hi" in drawn
    assert "agent: anna for sales, 30 s" in drawn
    walked = office.says("ivr", "walk", *file, "--answer", "{}")
    assert "POST https://sms.example/" in walked
    assert "to the agent anna in the queue sales" in walked


def test_call_data_and_answers_can_be_given(office: Office, tmp_path: Path) -> None:
    (tmp_path / "asks.yaml").write_text(
        "queues: {sales: {name: Sales}}\nivr: {main: {start: a, nodes: {a: {http: {url: 'http://crm/{Word}', "
        "answers: {Name: name}, then: b, otherwise: c}}, b: {queue: sales}, c: hang_up}}}"
    )
    given = ("ivr", "walk", "main", "-f", str(tmp_path / "asks.yaml"), "--data", "Word=x y")
    told = office.says(*given, "--answer", '{"name": "Anna"}')
    assert "GET http://crm/x%20y: {'name': 'Anna'}" in told
    assert "to the queue sales (Word=x y, Name=Anna)" in told
    assert "taken as failed" in office.says(*given)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("draw", "mian"), 5, "no IVR 'mian'"),
        (("walk", "main", "12x"), 2, "a key is one of"),
        (("walk", "main", "--answer", "{"), 2, "no JSON"),
        (("walk", "main", "--data", "Name"), 2, "no call data"),
    ],
)
def test_what_is_refused(office: Office, file: str, words: tuple[str, ...], code: int, why: str) -> None:
    result = office.ccapp("ivr", *words, "-f", file)
    assert result.exit_code == code, result.output
    assert why in result.output


def test_without_a_file_it_is_the_engines_configuration(office: Office) -> None:
    result = office.ccapp("ivr", "draw", "main")
    assert "no IVR 'main'" in result.output
    assert "there are: none" in result.output


@given(documents())
@STEADY
def test_any_graph_is_drawn_with_all_its_boxes_apart(document: dict[str, Any]) -> None:
    for tree in read_document(document).centre.trees.values():
        assert mermaid(tree).count("<b>") == len(tree.nodes)
        drawn = ElementTree.fromstring(svg(tree))
        found = [rect for rect in drawn.iter(f"{SVG}rect") if rect.get("rx")]
        assert len(found) == len(boxes(tree))
        places = [
            tuple(float(rect.get(side, "")) for side in ("x", "y", "width", "height")) for rect in found
        ]
        width, height = (float(drawn.get(side, "")) for side in ("width", "height"))
        for index, (x, y, w, h) in enumerate(places):
            assert 0 <= x <= width - w
            assert 0 <= y <= height - h
            for x2, y2, w2, h2 in places[:index]:
                assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
