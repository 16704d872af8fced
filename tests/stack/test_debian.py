"""Which archive is chosen from an apt configuration, in all the shapes such a configuration has."""

import pytest

from scripts.stack.debian import NoDebianArchive, Source, debian_archive, parse_deb822, parse_one_line

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

DEB822 = f"""\
Types: deb
# http://snapshot.example/archive/20250520T000000Z
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {KEYRING}

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib
Signed-By: {KEYRING}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            DEB822,
            [
                Source("http://mirror.example/debian", ("bookworm", "bookworm-updates"), ("main",), KEYRING),
                Source(
                    "http://mirror.example/debian-security",
                    ("bookworm-security",),
                    ("main", "contrib"),
                    KEYRING,
                ),
            ],
            id="two stanzas, a comment between fields",
        ),
        pytest.param(
            "Types: deb-src\nURIs: http://a/debian\nSuites: sid\nComponents: main\n", [], id="sources only"
        ),
        pytest.param(
            "Enabled: no\nTypes: deb\nURIs: http://a/debian\nSuites: sid\nComponents: main\n",
            [],
            id="disabled",
        ),
        pytest.param(
            "types: deb\nURIs: http://a/debian\n http://b/debian\nSuites: sid\nComponents: main\n",
            [Source(f"http://{host}/debian", ("sid",), ("main",)) for host in "ab"],
            id="field names in any case, values on several lines",
        ),
        pytest.param("# nothing here\n\n\n", [], id="only a comment"),
        pytest.param(
            "Types: deb\nURIs: http://a/x\nSuites: ./\nSigned-By:\n -----BEGIN KEY-----\n .\n mQIN\n",
            [Source("http://a/x", ("./",), (), "-----BEGIN KEY----- . mQIN")],
            id="a key written out",
        ),
    ],
)
def test_deb822(text: str, found: list[Source]) -> None:
    assert parse_deb822(text) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "deb http://a/debian trixie main contrib",
            [Source("http://a/debian", ("trixie",), ("main", "contrib"))],
        ),
        ("deb http://a/debian trixie main # ours", [Source("http://a/debian", ("trixie",), ("main",))]),
        (
            f"deb [arch=amd64 signed-by={KEYRING}] http://a/debian sid main",
            [Source("http://a/debian", ("sid",), ("main",), KEYRING)],
        ),
        ("deb http://a/flat ./", [Source("http://a/flat", ("./",), ())]),
        ("deb-src http://a/debian trixie main", []),
        ("# deb http://a/debian trixie main", []),
        ("", []),
    ],
)
def test_one_line(line: str, found: list[Source]) -> None:
    assert parse_one_line(line) == found


DEBIAN = Source("http://mirror.example/debian", ("bookworm", "bookworm-updates"), ("main",), KEYRING)
PLAIN = Source("http://mirror.example/debian/", ("bookworm",), ("main", "contrib"))
CLOUD = Source("mirror+file:///etc/apt/mirrors/debian.list", ("bookworm",), ("main",))
SECURITY = Source("http://mirror.example/debian-security", ("bookworm-security",), ("main",), KEYRING)
IMITATOR = Source("https://vendor.example/debian", ("bookworm",), ("main",), "/etc/apt/keyrings/vendor.gpg")
VENDOR = Source("https://vendor.example/apt", ("bookworm",), ("main",))
OTHER_COMPONENT = Source("https://vendor.example/linux/debian", ("bookworm",), ("stable",))


@pytest.mark.parametrize(
    ("sources", "chosen"),
    [
        pytest.param([SECURITY, DEBIAN], DEBIAN, id="not the security archive"),
        pytest.param([IMITATOR, VENDOR, OTHER_COMPONENT, DEBIAN], DEBIAN, id="not third parties"),
        pytest.param([PLAIN, DEBIAN], DEBIAN, id="a named keyring is better than an address"),
        pytest.param([IMITATOR, VENDOR, PLAIN], PLAIN, id="an address will do"),
        pytest.param([CLOUD], CLOUD, id="a cloud image's mirror list"),
    ],
)
def test_choice(sources: list[Source], chosen: Source) -> None:
    assert debian_archive(sources, "bookworm") == chosen


@pytest.mark.parametrize("sources", [[], [SECURITY], [IMITATOR, VENDOR, OTHER_COMPONENT]])
def test_no_archive_is_said(sources: list[Source]) -> None:
    with pytest.raises(NoDebianArchive):
        debian_archive(sources, "bookworm")
