"""A session's log: as a file (`file`), as pages for the host (`pages`), and played again (`replay`)."""
