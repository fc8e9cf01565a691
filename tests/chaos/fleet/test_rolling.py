"""Two hosts are restarted one after the other while people ring: nobody notices.

The long one, at twenty calls a second and with each host restarted twice, is `make rolling`.
"""

import pytest

from chaos.fleet.rolling import run
from chaos.plan import Sizes, Wanted
from testing.servers.nginx import NginxUnavailable
from testing.servers.postgres import PostgresUnavailable
from tests.conftest import NO_NGINX, NO_POSTGRES


def test_a_restart_of_one_host_after_the_other_drops_no_call_and_no_promise() -> None:
    wanted = Wanted("postgres", Sizes(calls=45, faults=0, seconds=15.0), seed=3, latest=2.0, hosts=2)
    try:
        found = run(wanted, print, ways=(False,))
    except NginxUnavailable as missing:
        pytest.skip(f"{NO_NGINX}{missing}")
    except PostgresUnavailable as missing:
        pytest.skip(f"{NO_POSTGRES}{missing}")
    assert (found.reckoning.lost, found.reckoning.doubled, found.reckoning.never_told) == ((), 0, 0), found.line()
    assert found.reckoning.failures == {}, found.line()
    assert found.restarts.trouble == "", found.line()
    assert found.restarts.done, found.line()
