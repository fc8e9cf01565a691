"""The whole of a call as a tree: under each scene what may come next, told once and pointed to afterwards.

A pointer is true: the keys that are offered there are those that are offered here, and each says the same. Pure.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from ivr.line.menu import REPEAT
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import Gathered, State, States
from ivr.line.paths.transcript import Keys, Scene, beginning, following
from ivr.line.turn import Call, Facts, Say

Standing = tuple[State, Gathered]
"""Where a call stands, and with what: all that decides what it hears from there on."""


def transcript(call: Call, facts: Facts, keys: Keys = ()) -> Scene:
    """The call from its beginning, or from after these keys on. Raises NoSuchWay.

    Where it goes on in another language, or as that of a caller who is refused, it is another call, and not followed.
    """
    return _unfolded(beginning(call, facts, keys), facts)


def is_another_call(call: Call, first: Call) -> bool:
    """Whether it goes on as another call than it began: in another language, or as that of somebody who is refused."""
    return (call.language, call.over_limit) != (first.language, first.over_limit)


def _unfolded(first: Scene, facts: Facts) -> Scene:
    return _Tree(first, facts).whole(first)


class _Tree:
    """A transcript in the making: breadth first, so that what follows is told where the fewest keys lead."""

    def __init__(self, first: Scene, facts: Facts) -> None:
        self._first = first.turn.call
        self._facts = facts
        self._states = States(facts.menu)
        self._in_full: dict[State, Scene] = {}
        """The scene that tells for its state all that may follow."""
        self._told: dict[Standing, Keys] = {}
        self._next: dict[Keys, tuple[Scene, ...]] = {}
        self._told_at: dict[Keys, Keys] = {}
        todo = deque([first])
        while todo:
            scene = todo.popleft()
            self._tell(scene)
            todo.extend(self._next.get(scene.keys, ()))

    def whole(self, scene: Scene) -> Scene:
        """The scene with all that is told under it."""
        told_at = self._told_at.get(scene.keys)
        after = tuple(self.whole(each) for each in self._next.get(scene.keys, ()))
        stays = scene.by == REPEAT and told_at == scene.keys[:-1]
        return replace(scene, next=after, told_at=None if stays else told_at, stays=stays)

    def _tell(self, scene: Scene) -> None:
        if scene.ends or is_another_call(scene.turn.call, self._first):
            return
        standing = self._standing(scene)
        told = self._told.setdefault(standing, scene.keys)
        if told != scene.keys:
            self._told_at[scene.keys] = told
            return
        after = tuple(following(scene, self._facts))
        like = self._in_full.setdefault(standing[0], scene)
        if like is not scene and _kinds(after) >= _kinds(self._next[like.keys]):
            self._told_at[scene.keys] = like.keys
            after = self._otherwise(scene, after, like)
        self._next[scene.keys] = after

    def _standing(self, scene: Scene) -> Standing:
        call = scene.turn.call
        return self._states.of(call, self._facts), self._states.gathered(call, self._facts)

    def _otherwise(self, scene: Scene, after: Iterable[Scene], like: Scene) -> tuple[Scene, ...]:
        """What comes otherwise after this scene than after the one that is in the same state."""
        there = {_kind(each): each for each in self._next[like.keys]}
        return tuple(
            each
            for each in after
            if _kind(each) not in there or not self._is_alike(scene, each, like, there[_kind(each)])
        )

    def _is_alike(self, scene: Scene, after: Scene, like: Scene, there: Scene) -> bool:
        """Whether the same is heard, and the call then stands the same: as there, or each where it was."""
        if _heard(after) != _heard(there):
            return False
        here, yonder = self._standing(after), self._standing(there)
        return here == yonder or (
            here[0] == yonder[0]
            and after.turn.call.place == scene.turn.call.place
            and (here[1], yonder[1]) == (self._standing(scene)[1], self._standing(like)[1])
        )


def _kinds(scenes: Iterable[Scene]) -> set[tuple[EventKind, str]]:
    return {_kind(each) for each in scenes}


def _kind(scene: Scene) -> tuple[EventKind, str]:
    """What led there; all single keys that mean nothing are one."""
    return scene.what, "" if scene.what is EventKind.WRONG and len(scene.by) == 1 else scene.by


def _heard(scene: Scene) -> tuple[str, Say | None, tuple[Say, ...], tuple[Say, ...]]:
    return scene.turn.call.language, scene.offer, scene.turn.first, scene.turn.asks
