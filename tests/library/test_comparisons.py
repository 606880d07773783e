"""Comparisons and ratings: kept whole, by project, with every rating there was."""

from __future__ import annotations

import threading

import pytest

from assistant.domain import CaseTemplate, Column
from assistant.errors import LibraryError
from assistant.library import Library, Project

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


def test_a_comparison_is_kept_and_goes_on(library: Library, project: Project) -> None:
    kept = library.comparisons
    kept.save(project.id, "c1", '{"n": 1}', name="First", columns=["base", "ft"], complete=False)
    kept.save(project.id, "c2", '{"n": 2}', name="Second", by="ann")
    kept.save(project.id, "c1", '{"n": 3}', name="First", columns=["base", "ft"])
    listed = kept.all(project.id)
    assert [(one.id, one.name, one.complete, one.body) for one in listed] == [
        ("c2", "Second", True, ""),
        ("c1", "First", True, ""),
    ]
    found = kept.get(project.id, "c1")
    assert (found.body, found.columns) == ('{"n": 3}', ("base", "ft"))
    assert found.created_at <= found.updated_at
    told = [one.action for one in library.events(project.id) if one.subject_id == "c1"]
    assert told == ["compared", "comparing"]


def test_every_rating_stays_in_the_order_it_was_given(library: Library, project: Project) -> None:
    kept = library.comparisons
    kept.save(project.id, "c", "{}", name="C")
    kept.add_rating(project.id, "c", "sheet", '{"outcome": "usable"}', by="ann")
    kept.add_rating(project.id, "c", "sheet", '{"outcome": "discard"}', by="ann")
    kept.add_rating(project.id, "c", "other", "{}", by="bob")
    found = kept.ratings(project.id, "c", "sheet")
    assert [one.body for one in found] == ['{"outcome": "usable"}', '{"outcome": "discard"}']
    assert [one.by for one in found] == ["ann", "ann"]
    kept.save(project.id, "c", '{"more": 1}', name="C")
    assert kept.ratings(project.id, "c", "sheet") == found


def test_a_removed_comparison_is_gone_with_its_ratings(library: Library, project: Project) -> None:
    kept = library.comparisons
    kept.save(project.id, "c", "{}", name="C")
    kept.add_rating(project.id, "c", "s", "{}")
    kept.remove(project.id, "c", by="ann")
    assert kept.all(project.id) == ()
    for call in (
        lambda: kept.get(project.id, "c"),
        lambda: kept.ratings(project.id, "c", "s"),
        lambda: kept.remove(project.id, "c"),
        lambda: kept.add_rating(project.id, "c", "s", "{}"),
    ):
        with pytest.raises(LibraryError, match="no comparison “c”"):
            call()
    kept.save(project.id, "c", "{}", name="C again")
    assert kept.ratings(project.id, "c", "s") == ()


def test_projects_do_not_see_each_other(library: Library, project: Project) -> None:
    other = library.create_project("Other", template=TEMPLATE)
    library.comparisons.save(project.id, "c", "{}", name="C")
    assert library.comparisons.all(other.id) == ()
    with pytest.raises(LibraryError, match="no comparison"):
        library.comparisons.get(other.id, "c")
    with pytest.raises(LibraryError, match="exists already"):
        library.comparisons.save(other.id, "c", "{}", name="Mine")
    with pytest.raises(LibraryError, match="no project"):
        library.comparisons.save("nowhere", "d", "{}", name="D")


def test_only_documents_are_kept(library: Library, project: Project) -> None:
    for body in ("", "not json", "[1]", "3"):
        with pytest.raises(LibraryError, match="not stored"):
            library.comparisons.save(project.id, "c", body, name="C")
    library.comparisons.save(project.id, "c", "{}", name="C")
    with pytest.raises(LibraryError, match="not stored"):
        library.comparisons.add_rating(project.id, "c", "s", "[]")
    library.comparisons.save(project.id, "odd", '{"text": "\\u0000 \ud83d"}', name="NUL\x00")
    found = library.comparisons.get(project.id, "odd")
    assert found.name == "NUL␀"


def test_raters_at_once_lose_nothing(library: Library, project: Project) -> None:
    library.comparisons.save(project.id, "c", "{}", name="C")

    def rate(name: str) -> None:
        for _ in range(10):
            library.comparisons.add_rating(project.id, "c", "s", "{}", by=name)

    threads = [threading.Thread(target=rate, args=(f"r{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = library.comparisons.ratings(project.id, "c", "s")
    assert len(found) == 40
    assert [one.seq for one in found] == sorted({one.seq for one in found})
