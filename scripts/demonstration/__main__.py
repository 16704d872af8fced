"""`scripts/demo`: everything up, one real call made and told, then it stays for you."""

import argparse
import asyncio
import signal
import sys

from rich.panel import Panel

from scripts.demonstration.cast import NUMBER, Told, agents_at_work, one_call
from scripts.demonstration.stage import Stage, stage
from scripts.demonstration.telling import console, telling
from scripts.stack.progress import step
from tests.phone import CallOver, Deadline, SipError


async def demonstrate(once: bool) -> int:
    """0 when the call went as it should."""
    async with stage() as up:
        try:
            told = await _play(up, once)
        except (Deadline, SipError, CallOver, AssertionError) as short:
            console.print(f"[bold red]The call fell short:[/] {short}\n{up.engine.last_words()}")
            return 1
    return 0 if told.good else 1


async def _play(up: Stage, once: bool) -> Told:
    with step("Logging in three agents by feature codes on their phones"):
        agents = agents_at_work(up)
        phones = await agents.__aenter__()
    try:
        console.rule("One call")
        async with telling(up):
            told = await one_call(up, phones)
        console.rule()
        console.print(_verdict(told))
        if not once and told.good:
            console.print(_invitation(up))
            await _until_ctrl_c()
        return told
    finally:
        await agents.__aexit__(None, None, None)


def _verdict(told: Told) -> str:
    mark = "[bold green]Good[/]" if told.good else "[bold red]Fell short[/]"
    return (
        f"{mark}: {told.agent} answered. Of what the caller heard {told.caller_heard_agent:.1%} was the "
        f"agent's tone, of what the agent heard {told.agent_heard_caller:.1%} the caller's. "
        f"Packets lost: {told.lost_packets}. Order number on the agent's phone: "
        f"{told.order_number or 'missing'}."
    )


def _invitation(up: Stage) -> Panel:
    host, port = up.sip
    settings = up.asterisk.settings
    command = " ".join(
        [*up.asterisk.program.command, "-C", str(up.asterisk.folder / "etc" / "asterisk.conf")]
    )
    return Panel(
        f"""\
[bold]Your own softphone[/]: account [bold]carla[/], password {up.password("carla")}, server {host}:{port}.
  Dial *11 to log in, *13 to be ready, *14 for a break, *12 to log out.
[bold]A caller[/]: whatever calls from 127.0.0.2 comes by the trusted trunk; dial {NUMBER}.
[bold]The engine[/]: REST {up.engine.url}, token {up.engine.token}
  export CCAPP_URL={up.engine.url} CCAPP_API_TOKEN={up.engine.token}
  .venv/bin/ccapp agents --watch    .venv/bin/ccapp calls    .venv/bin/ccapp explain CALL
[bold]Asterisk's CLI[/] (try: core show channels, bridge show all, pjsip show contacts):
  {command} -rx "bridge show all"
[bold]ARI[/]: {up.asterisk.ari_url}/ari, user {settings.ari_user}, password {settings.ari_password}
[bold]Records[/]: psql "{up.database_url}" -c "select * from visit"
[bold]Kill it[/]: kill -9 {up.engine.pid} in the middle of a call: the talk goes on. Ctrl-C ends all.""",
        title="It stays up for you",
    )


async def _until_ctrl_c() -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    await stop.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="leave after the call; 0 if all was well")
    return asyncio.run(demonstrate(parser.parse_args().once))


if __name__ == "__main__":
    sys.exit(main())
