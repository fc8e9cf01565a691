"""`python -m bench.served WORKER`: runs a peer's worker; REDIS_URL names its Redis, BEGAN the file for its jobs' times.

This module stands apart, since a queue finds a job by its module's name, which must not be __main__.
"""

import os
import sys

from bench.served.queues import WORKERS

WORKERS[sys.argv[1]](os.environ["REDIS_URL"])
