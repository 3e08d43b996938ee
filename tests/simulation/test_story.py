from tests.simulation.play import play
from tests.simulation.scenario import draw


def test_a_story_tells_in_order_what_broke_and_what_came_of_the_answers() -> None:
    story = play(draw(1, "coordinator_killed")).story
    assert [float(line.split()[0]) for line in story] == sorted(float(line.split()[0]) for line in story)
    text = "\n".join(story)
    for part in (
        "coordinator0 starts",
        "takes the lease",
        "fault: coordinator_killed",
        "is killed",
        "answers question 0",
    ):
        assert part in text
