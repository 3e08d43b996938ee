"""`python -m quickpoll` is `quickpoll`."""

import sys

from quickpoll.cli import main

sys.exit(main())
