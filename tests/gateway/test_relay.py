"""Commands become entries of their partition, and each is answered exactly once."""

from tests.gateway.standin import House


async def test_a_command_becomes_an_entry_and_its_reply_reaches_its_sender(home: House) -> None:
    player = await home.player()
    assert await player.ask("submit_answer", id="a", question=0, answer=1) == {"type": "ok", "reply_to": "a"}
