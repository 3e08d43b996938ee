"""What talks to QuickPoll: the web pages, a Python client and the load test."""
