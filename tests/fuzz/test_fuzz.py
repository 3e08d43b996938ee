"""A short campaign; `make fuzz` sends a million frames."""

from pathlib import Path

from tests.fuzz.campaign import Campaign

FRAMES = 10_000


def test_frames_without_sense_stop_nothing_and_nobody_notices(tmp_path: Path) -> None:
    campaign = Campaign(FRAMES)
    campaign.run(tmp_path, seed=1)
    assert campaign.frames >= FRAMES
    assert campaign.errors == []
    assert campaign.games["games"] >= 1
