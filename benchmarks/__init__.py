"""What is fast, measured against what, in one run: `python3 manage.py bench NAME`."""

# by name, the module that measures it; `import` is no name for one
MEASURED = {name: name for name in ("api", "export", "filter", "list", "ping", "purge", "retype", "segment", "write")}
MEASURED["import"] = "imports"
