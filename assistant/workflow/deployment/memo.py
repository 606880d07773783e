"""What a workspace remembers of the contents of its projects so that it need not be made again.

Each value is of one project, and goes when that project, or anything in it, is erased. Functions of
a text alone remember for themselves (``lru_cache``): what they keep is of no project.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")
_Key = tuple[str, Hashable]


class Memo:
    """Values by what they are, their project and a key; thread-safe.

    Of each kind (``what``) the last ``most`` that were asked for are held.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, OrderedDict[_Key, object]] = {}
        self._erasures: Counter[str] = Counter()

    def get(
        self, what: str, project_id: str, key: Hashable, make: Callable[[], T], *, most: int = 8
    ) -> T:
        """The value of this kind and key, made where it is not held. Two threads that ask for the
        same at once may both make it."""
        place = (project_id, key)
        with self._lock:
            held = self._held.setdefault(what, OrderedDict())
            if place in held:
                held.move_to_end(place)
                return cast(T, held[place])
            before = self._erasures[project_id]
        made = make()
        with self._lock:
            if self._erasures[project_id] == before:  # else it may hold what is erased by now
                held[place] = made
                held.move_to_end(place)
                while len(held) > most:
                    held.popitem(last=False)
        return made

    def forget(self, project_id: str) -> None:
        """Drop everything of a project."""
        with self._lock:
            self._erasures[project_id] += 1
            for held in self._held.values():
                for place in [one for one in held if one[0] == project_id]:
                    del held[place]
