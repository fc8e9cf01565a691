"""The inner loop: `-m 'not slow'` leaves out a test's slow PostgreSQL variant, and keeps its quick SQLite variant."""

import pytest


@pytest.mark.parametrize("of", ["sqlite", "postgres"])
def test_only_the_quick_one_of_two_like_tests_is_of_the_inner_loop(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """Check that our hook marks slow tests before pytest applies `-m 'not slow'`. A later mark would have no effect."""
    monkeypatch.setattr(request.config.option, "markexpr", "not slow")
    unmarked = [each for each in request.node.own_markers if each.name != "slow"]
    monkeypatch.setattr(request.node, "own_markers", unmarked)
    chosen = [request.node]
    request.config.hook.pytest_collection_modifyitems(session=request.session, config=request.config, items=chosen)
    assert [each.callspec.params["of"] for each in chosen] == ([] if of == "postgres" else ["sqlite"])
