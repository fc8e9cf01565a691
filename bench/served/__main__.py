"""`python -m bench.served WORKER`: runs the worker of another queue; REDIS_URL is its Redis, BEGAN its jobs' file.

A module of its own, since a queue finds a job by the name of its module, which must not be __main__.
"""

import os
import sys

from bench.served.queues import WORKERS

WORKERS[sys.argv[1]](os.environ["REDIS_URL"])
