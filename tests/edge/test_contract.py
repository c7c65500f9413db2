"""What an agent says of itself, by its settings."""

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_protocol import messages, rtc
from overglass_protocol.control import Control
from overglass_protocol.messages import Display, Hello
from tests.end_to_end.parts import TextureCamera


async def said(settings: AgentSettings) -> Hello:
    """The first words of an agent with these settings."""
    camera = TextureCamera()
    agent = Agent(camera, Door("http://127.0.0.1:9"), [], settings, Control())
    connection = agent._connect(camera, None)
    try:
        (first, *_) = connection.session.to_send()
    finally:
        await connection.peer.close()
    hello = messages.decode(first.data)
    assert isinstance(hello, Hello)
    return hello


async def test_the_service_is_told_what_the_wearer_sees_it_on() -> None:
    display = Display(kind="additive", width=600, height=600, field_of_view=14.3)
    peer = rtc.PeerSettings(hosts=("127.0.0.1",))
    assert (await said(AgentSettings(peer=peer, display=display))).display == display
    assert (await said(AgentSettings(peer=peer))).display is None
