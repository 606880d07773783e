"""Questions with their answers: kept by talk, apart by project, gone with what they rest on."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from assistant.domain import CaseTemplate, Column, SourceDocument, utc_now
from assistant.errors import LibraryError
from assistant.library import Library, Project, Wanted

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))
WORDS = "The Zyxomatic tariff is shown to every clerk who opens the account of a customer."


def test_a_talk_is_kept_in_its_order_and_an_answer_grows(
    library: Library, project: Project
) -> None:
    kept = library.asked
    kept.add(project.id, "a", "t1", "First?", "{}", by="ann")
    kept.add(project.id, "b", "t2", "Other?", "{}")
    kept.add(project.id, "c", "t1", "Then?", "{}")
    assert kept.update(project.id, "a", '{"said": 1}')
    assert [(one.id, one.by, one.body) for one in kept.thread(project.id, "t1")] == [
        ("a", "ann", '{"said": 1}'),
        ("c", "", "{}"),
    ]
    assert [(one.id, one.body) for one in kept.all(project.id)] == [("c", ""), ("b", ""), ("a", "")]


def test_talks_are_listed_by_their_latest_question(library: Library, project: Project) -> None:
    other = library.create_project("Other", template=TEMPLATE)
    assert (library.asked.count_talks(project.id), library.asked.talks(project.id, 9)) == (0, ())
    for number, talk in enumerate(("t1", "t2", "t1", "t3", "t2")):
        library.asked.add(project.id, f"a{number}", talk, f"{number}?", "{}")
        library.asked.add(other.id, f"b{number}", talk, "Theirs?", "{}")
    listed = [(one.id, one.question, one.count) for one in library.asked.talks(project.id, 9)]
    assert listed == [("t2", "1?", 2), ("t3", "3?", 1), ("t1", "0?", 2)]
    assert [one.id for one in library.asked.talks(project.id, 2)] == ["t2", "t3"]
    assert library.asked.count_talks(project.id) == 3
    at = {one.id: one.at for one in library.asked.all(project.id)}
    assert library.asked.talks(project.id, 1)[0].at == at["a4"]


def test_listing_talks_takes_no_longer_for_each_pair_of_them(
    library: Library, project: Project
) -> None:
    for number in range(300):
        library.asked.add(project.id, f"a{number}", f"t{number}", "What?", "x" * 25_000)
    started = time.perf_counter()
    assert len(library.asked.talks(project.id, 5)) == 5
    assert time.perf_counter() - started < 2.0, "joined with itself it took more than 5 s"


def test_a_talk_is_deleted_as_a_whole_and_only_in_its_project(
    library: Library, project: Project
) -> None:
    other = library.create_project("Other", template=TEMPLATE)
    library.asked.add(project.id, "a", "t", "One?", "{}")
    library.asked.add(project.id, "b", "t", "Two?", "{}")
    with pytest.raises(LibraryError, match="not in this project"):
        library.asked.remove(other.id, "t")
    assert not library.asked.update(other.id, "a", '{"said": 1}')
    library.asked.remove(project.id, "t")
    assert not library.asked.update(project.id, "a", '{"said": 1}'), "what is deleted stays so"
    assert library.asked.all(project.id) == ()


def test_an_answer_goes_with_the_document_it_rests_on(library: Library, project: Project) -> None:
    for name, text in (("secret", WORDS), ("other", "A refund is paid within 14 days.")):
        document = SourceDocument(id=name, kind="rules", title=name, text=text, content_hash=name)
        library.put_document(project.id, document)
        body = json.dumps({"sources": [{"chunk": {"document_id": name, "text": text}}]})
        library.asked.add(project.id, f"a-{name}", name, "What?", body)
    library.erasing.erase(Wanted(project.id, documents=("secret",)), by="ann")
    assert [one.id for one in library.asked.all(project.id)] == ["a-other"]
    library.asked.remove_before(project.id, utc_now() + timedelta(days=1))
    assert library.asked.all(project.id) == ()


def test_an_old_talk_goes_as_a_whole_and_one_that_went_on_stays_whole(
    library: Library, project: Project
) -> None:
    library.asked.add(project.id, "a", "went on", "One?", "{}")
    library.asked.add(project.id, "b", "ended", "Two?", "{}")
    limit = utc_now()
    library.asked.add(project.id, "c", "went on", "And then?", "{}")
    library.asked.remove_before(project.id, limit)
    assert [one.id for one in library.asked.all(project.id)] == ["c", "a"]


def test_questions_go_with_their_project(library: Library, project: Project) -> None:
    library.asked.add(project.id, "a", "t", "One?", "{}")
    library.erasing.erase_project(project.id, by="ann")
    assert library.asked.all(project.id) == ()
