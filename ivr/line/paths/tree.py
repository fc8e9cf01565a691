"""Arranges a whole call as a tree of scenes. The scenes that can follow are listed once; other scenes point to them.

A scene points to another only if both offer the same keys and lead to the same sentences. Two sentences are
excepted, since a call says them only once: all warning signs, and that nobody is at the reception. The tree shows
these two where they come first. Pure.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from ivr.line.blanks import Say
from ivr.line.menu import REPEAT
from ivr.line.paths.events import EventKind
from ivr.line.paths.states import Gathered, State, States
from ivr.line.paths.transcript import Keys, Scene, beginning, following
from ivr.line.turn import Call, Facts

Standing = tuple[State, Gathered]
"""The state and the data of a call: together they decide everything that the caller will hear."""


def transcript(call: Call, facts: Facts, keys: Keys = ()) -> Scene:
    """Return the whole call as a tree, from its first scene or from the one after these keys. Raises NoSuchWay.

    The tree does not go on after a change of language, or where a blocked caller asks for the reception: that part is
    told as a separate call.
    """
    return _unfolded(beginning(call, facts, keys), facts)


def is_another_call(call: Call, first: Call) -> bool:
    """Return whether the call now differs from `first` in its language, or because the caller is blocked."""
    return (call.language, call.over_limit) != (first.language, first.over_limit)


def _unfolded(first: Scene, facts: Facts) -> Scene:
    return _Tree(first, facts).whole(first)


class _Tree:
    """Builds a transcript's tree breadth first. So, of equal scenes, the one of fewest keys lists the next scenes."""

    def __init__(self, first: Scene, facts: Facts) -> None:
        self._first = first.turn.call
        self._facts = facts
        self._states = States(facts.menu)
        self._in_full: dict[State, Scene] = {}
        """The scene of each state that lists everything that can follow."""
        self._told: dict[tuple[Standing, bool], Keys] = {}
        self._next: dict[Keys, tuple[Scene, ...]] = {}
        self._told_at: dict[Keys, Keys] = {}
        todo = deque([first])
        while todo:
            scene = todo.popleft()
            self._tell(scene)
            todo.extend(self._next.get(scene.keys, ()))

    def whole(self, scene: Scene) -> Scene:
        """Return this scene with all scenes after it."""
        told_at = self._told_at.get(scene.keys)
        after = tuple(self.whole(each) for each in self._next.get(scene.keys, ()))
        stays = scene.by == REPEAT and told_at == scene.keys[:-1]
        return replace(scene, next=after, told_at=None if stays else told_at, stays=stays)

    def _tell(self, scene: Scene) -> None:
        if scene.ends or is_another_call(scene.turn.call, self._first):
            return
        standing = self._standing(scene)
        told = self._told.setdefault((standing, scene.turn.call.mute), scene.keys)
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
        """Return the scenes `after` (they follow `scene`) that do not merely repeat a scene that follows `like`."""
        there = {_kind(each): each for each in self._next[like.keys]}
        return tuple(
            each
            for each in after
            if _kind(each) not in there or not self._is_alike(scene, each, like, there[_kind(each)])
        )

    def _is_alike(self, scene: Scene, after: Scene, like: Scene, there: Scene) -> bool:
        """Return whether `after`, which follows `scene`, may be shown as a repetition of `there`, which follows `like`.

        Both must say the same in the same state, with equal data, or with data unchanged since the scene before each.
        """
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
    """Return the kind of the event before this scene, and the event's key or outcome; "" for any single wrong key."""
    return scene.what, "" if scene.what is EventKind.WRONG and len(scene.by) == 1 else scene.by


def _heard(scene: Scene) -> tuple[str, Say | None, tuple[Say, ...], tuple[Say, ...]]:
    return scene.turn.call.language, scene.offer, scene.turn.first, scene.turn.asks
