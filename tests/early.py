"""Loaded before settings are read (`-p tests.early`): each parallel worker gets a queue and cache of its own."""

import gc
import os
from pathlib import Path

from intercom_clone.servers import addresses

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and os.environ.get("DATA_DIR"):
    shared = addresses(Path(os.environ["DATA_DIR"])).redis_url
    os.environ["REDIS_URL"] = shared.replace("?db=0", f"?db={int(worker.removeprefix('gw')) + 1}")

# What is imported, and what the first migration of the database makes, lasts to the end: the collector rests until it
# is there, and never looks through it (`conftest`).
gc.disable()
