"""What is fast, measured against what, in one run: `python3 manage.py bench NAME`."""

MEASURED = ("api", "filter", "list", "ping", "retype", "segment", "write")
