"""`python -m bench.served WORKER`: runs another queue's worker, with REDIS_URL, and BEGAN, the file its jobs write to.

A module of its own, since a queue finds a job by the name of its module, which must not be __main__.
"""

import os
import sys

from bench.served.queues import WORKERS

WORKERS[sys.argv[1]](os.environ["REDIS_URL"])
