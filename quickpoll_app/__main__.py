"""`python -m quickpoll_app`: the same as the command `quickpoll`."""

import sys

from quickpoll_app import main

sys.exit(main())
