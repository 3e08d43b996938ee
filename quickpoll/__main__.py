"""`python -m quickpoll`: the installed command `quickpoll`. Looked up by name, since nothing here knows the program."""

import sys
from importlib.metadata import entry_points

sys.exit(entry_points(group="console_scripts")["quickpoll"].load()())
