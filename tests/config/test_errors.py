"""Golden errors: for each slip, the line it is in, the field, and words that help."""

from pathlib import Path
from textwrap import dedent

import pytest

from ccapp.config import SAMPLE, ConfigError, read, read_document, read_file
from ccapp.config.yaml_file import DEPTH_MAX, SIZE_MAX, VALUES_MAX
from tests.config.slips import told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("queues: [", ["f.yaml:1: not YAML: "], id="broken"),
        pytest.param("name: a\nname: b", ["f.yaml:2: name: written twice; first in line 1"], id="twice"),
        pytest.param(
            "queues:\n  q: {name: A}\n  q: {name: B}\nname: x\nname: y",
            [
                "f.yaml:3: queues.q: written twice; first in line 2",
                "f.yaml:5: name: written twice; first in line 4",
            ],
            id="all that is written twice",
        ),
        pytest.param("1: a\n'1': b", ["f.yaml:2: 1: written twice"], id="one key in two spellings of YAML"),
        pytest.param(
            "name: &a x\nrealm: *a", ["f.yaml:1: name: anchors", "f.yaml:2: realm: aliases"], id="alias"
        ),
        pytest.param(
            "numbers:\n  *: {queue: a}",
            [
                "f.yaml:2: not YAML: while scanning an alias, did not find expected alphabetic or numeric "
                'character; the star itself needs quotes: "*"'
            ],
            id="bare star",
        ),
        pytest.param("name: !!python/name:os.system x", ["f.yaml:1: name: tags (!name)"], id="tag"),
        pytest.param("name: !x y", ["f.yaml:1: name: tags (!name)"], id="own tag"),
        pytest.param("? [a]\n: b", ["f.yaml:1: a name must be a plain text"], id="a list as key"),
        pytest.param("a: b\n---\nc: d", ["f.yaml:3: a second document"], id="two documents"),
        pytest.param("name: \x07", ["f.yaml:1: not YAML: "], id="control character"),
        pytest.param("name: a\nvoice: \ud800", ["f.yaml:2: not a Unicode character"], id="half a character"),
        pytest.param("- a", ["f.yaml:1: must be a mapping: fields with values"], id="a list"),
        pytest.param("text", ["f.yaml:1: must be a mapping: fields with values"], id="a text"),
        pytest.param("a: " + "[" * 40, ["f.yaml:1: a.0.0.0: nested deeper than 16 levels"], id="deep"),
        pytest.param(
            "a: " + "{b: " * 40, ["f.yaml:1: a.b.b.b: nested deeper than 16 levels"], id="deep mapping"
        ),
        pytest.param("? " * 40 + "a", ["f.yaml:1: ?.?.?.?: nested deeper"], id="deep keys"),
        pytest.param("a: [" + "1," * VALUES_MAX + "]", ["f.yaml:1: more than 100,000 values"], id="many"),
        pytest.param("#" * (SIZE_MAX + 1), ["f.yaml:1: larger than 1,000,000 characters"], id="large"),
    ],
)
def test_what_is_no_configuration_file(text: str, expected: list[str]) -> None:
    lines = told(text)
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


def test_depth_is_bounded_where_a_reader_could_run_away() -> None:
    assert told("a: " + "[" * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")
    assert told("? " * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")
    assert told("- " * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    assert told(
        """
        name:
        voice: -x
        nmae: Sample
        queues:
          sales:
            name: Sales
            ring_s: 2
            rng_s: 15
            wait_s_max: soon
          2nd: {name: Second}
          third:
        agents:
          alice: {name: Alice, extension: 2 0 1, skills: {sales: 11, 'sp anish': 1, Sales: 2}}
          bob: {extension: 202, password: x, digest: 5f4dcc3b5aa765d61d8327deb882cf99}
          carl: {name: "", extension: 203, digest: abc, max_misses: 1.5}
        numbers:
          "18005550100": {}
          18005550101: {ivr: main, queue: sales}
          1-800: {queue: sales}
        trunks: {carrier: {trusted: maybe, headers: X-Campaign}, public: yes}
        break_reasons: []
        """
    ) == [
        "f.yaml:2: voice: must be the name of a voice, such as en",
        'f.yaml:3: nmae: unknown field; did you mean "name"?',
        "f.yaml:7: queues.sales.ring_s: must be at least 3",
        'f.yaml:8: queues.sales.rng_s: unknown field; did you mean "ring_s"?',
        "f.yaml:9: queues.sales.wait_s_max: must be a number",
        "f.yaml:10: queues.2nd: must be a letter, then letters, digits, _ or -, at most 40 characters",
        "f.yaml:11: queues.third: must be a mapping: fields with values",
        "f.yaml:13: agents.alice.extension: must be digits, * or #, at most 32",
        'f.yaml:13: agents.alice.skills: "sales" and "Sales" are one name',
        "f.yaml:14: agents.bob.name: is required",
        "f.yaml:15: agents.carl.name: must not be empty",
        "f.yaml:15: agents.carl.digest: must be 32 hexadecimal digits: MD5 of user:realm:password",
        "f.yaml:15: agents.carl.max_misses: must be a whole number",
        "f.yaml:17: numbers.18005550100: needs exactly one of ivr, queue, voicemail",
        "f.yaml:18: numbers.18005550101: needs exactly one of ivr, queue, voicemail",
        "f.yaml:19: numbers.1-800: must be a phone number: digits, letters, * or #, at most 32",
        "f.yaml:20: trunks.carrier.trusted: must be true or false",
        "f.yaml:20: trunks.carrier.headers: must be a list",
        "f.yaml:20: trunks.public: must be a mapping: fields with values",
        "f.yaml:21: break_reasons: must not be empty",
    ]


def test_no_message_repeats_a_secret() -> None:
    lines = told(
        "agents: {a: {name: A, extension: 1, password: [hunter2], digest: hunter2, pasword: hunter2}}"
    )
    assert len(lines) == 3
    assert "hunter2" not in "".join(lines)


def test_yaml_1_1_changes_no_name_and_no_number() -> None:
    centre = read(
        dedent(
            """
            name: no
            voice: no
            break_reasons: [yes, 12:30, 1e3, 2024-01-01, 0x1F, Null]
            trunks: {on: {trusted: yes}, off: {trusted: off}}
            agents:
              no: {name: 0o17, extension: 0201, skills: {no: 1, on: 2}}
              y: {name: "null", extension: 201, password: 0017, wrap_up_s: 010, max_misses: "4"}
            queues: {n: {name: 1_000, requires: {on: 1}, wait_s_max: null}}
            numbers: {010: {queue: n}, +49: {queue: n}, 1_8: {queue: n}}
            """
        ).replace(", 1_8: {queue: n}", "")
    ).centre
    assert (centre.name, centre.voice) == ("no", "no")
    assert centre.break_reasons == ("yes", "12:30", "1e3", "2024-01-01", "0x1F", "Null")
    assert {name: trunk.trusted for name, trunk in centre.trunks.items()} == {"on": True, "off": False}
    assert [agent.name for agent in centre.agents.values()] == ["0o17", "null"]
    assert [agent.extension for agent in centre.agents.values()] == ["0201", "201"]
    assert [dict(agent.skills) for agent in centre.agents.values()] == [{"no": 1, "on": 2}, {}]
    assert [agent.wrap_up_s for agent in centre.agents.values()] == [None, 10]
    assert [queue.name for queue in centre.queues.values()] == ["1_000"]
    assert list(centre.numbers) == ["010", "+49"]


def test_names_of_skills_and_data_have_one_spelling() -> None:
    centre = read(
        "agents: {a: {name: A, extension: 1, skills: {Sales: 1}}}\n"
        "queues: {q: {name: Q, requires: {SALES: 1}}}\n"
        "numbers: {1: {queue: q, data: {x-dnis: 5, Own: b}}}"
    ).centre
    assert [dict(agent.skills) for agent in centre.agents.values()] == [{"sales": 1}]
    assert centre.numbers["1"].data == {"Dnis": "5", "Own": "b"}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        read_file(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: a\nvoice: \xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: not UTF-8"):
        read_file(tmp_path / "latin.yaml")
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfname: a\r\n")
    assert read_file(tmp_path / "bom.yaml").centre.name == "a"


def test_a_document_has_no_lines() -> None:
    with pytest.raises(ConfigError) as error:
        read_document({"queues": {"q": {"name": 5, 6: 7}}}, "PUT /centre")
    assert str(error.value).splitlines() == [
        "PUT /centre: queues.q.name: must be a text",
        "PUT /centre: queues.q.6: names must be texts",
    ]


def test_many_problems_are_counted_not_all_shown() -> None:
    lines = told("\n".join(f"unknown{index}: x" for index in range(120)))
    assert len(lines) == 51
    assert lines[-1] == "... and 70 more"


def test_the_sample_with_a_slip_points_at_it() -> None:
    text = SAMPLE.read_text().replace("ring_s: 20", "ring_s: 2O")
    line = text[: text.index("2O")].count("\n") + 1
    with pytest.raises(ConfigError) as error:
        read(text, "sample.yaml")
    assert str(error.value) == f"sample.yaml:{line}: queues.support.ring_s: must be a number"
