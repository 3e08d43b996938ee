"""What QuickPoll costs, measured against anchors in the same run: `make bench`.

`__main__` runs the cases, one file each; `rig` starts the server's processes on one core and reads what they
cost, `fanout` runs the anchors of `anchors/` in the same way; `results` keeps figures in results.json, and
`table` writes them into README.md. A case informs, it never fails.
"""
