"""Runs a peer's worker, as `python -m bench.served WORKER`. REDIS_URL names its Redis, BEGAN the file for job times.

The jobs themselves are in queues.py, since a queue finds a job by its module's name, which must not be __main__.
"""

import os
import sys

from bench.served.queues import WORKERS

WORKERS[sys.argv[1]](os.environ["REDIS_URL"])
