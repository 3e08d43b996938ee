"""A campaign with its report: `make fuzz FRAMES=1000000 SEED=1`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import MAX_GROWTH_KIB, Campaign

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    campaign = Campaign(arguments.frames)
    with tempfile.TemporaryDirectory() as folder:
        try:
            campaign.run(Path(folder), arguments.seed)
        finally:
            print(*campaign.warnings, *campaign.errors, sep="\n")
    before, after = campaign.memory_kib
    print(f"{campaign.frames} frames in {campaign.conversations} conversations, {campaign.seconds:.0f} s")
    print(f"memory: {before} KiB after a tenth of them, {after} KiB at the end")
    print(f"games played at the same time, every point checked: {campaign.games}")
    sys.exit(bool(campaign.errors) or campaign.growth_kib > MAX_GROWTH_KIB)
