"""Exports of trackers that keep all work alike: issues of GitHub, GitLab, Linear and Redmine, tasks
of Asana and ClickUp, stories of Shortcut, issues of YouTrack, features of Aha!."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import pytest

from assistant.sources.files.batches import read_files
from assistant.sources.grids.trackers.github_issues import read_issues
from assistant.sources.reading import Reading

STORY = "As a paddler I want to reserve a kayak so that I do not queue."
HOME = "https://github.com/shore/boats"


def readings(name: str, data: str) -> list[Reading]:
    """All documents that an upload of the file gives."""
    outcomes = list(read_files(name, data.encode()))
    assert all(one.reading for one in outcomes), [one.error for one in outcomes]
    return [one.reading for one in outcomes if one.reading]


def below(found: list[Reading]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Keys and titles of the stories below each epic's."""
    return {(epic.key, epic.title): [(story.key, story.title) for story in epic.stories]
            for one in found for epic in one.epics}  # fmt: skip


def criteria(found: list[Reading]) -> dict[str, list[str]]:
    """The words of each story's criteria."""
    return {story.title: [one.text for one in story.criteria]
            for one in found for epic in one.epics for story in epic.stories}  # fmt: skip


# --- GitHub -----------------------------------------------------------------------------------


def issue(number: int, title: str, body: str = "", *labels: str, **more: Any) -> dict[str, Any]:
    """An issue as the command line exports it."""
    return {
        "number": number, "title": title, "body": body, "state": "OPEN", "comments": [],
        "labels": [{"id": f"L{name}", "name": name, "color": "ededed"} for name in labels],
        "milestone": None, "url": f"{HOME}/issues/{number}", "createdAt": "2027-02-01T08:00:00Z",
        "author": {"login": "maud"}, **more,
    }  # fmt: skip


def github(*issues: dict[str, Any]) -> list[Reading]:
    """The documents of a list of issues."""
    return readings("issues.json", json.dumps(issues))


def test_an_epics_task_list_holds_its_stories() -> None:
    epic = "All of summer.\n\n### Stories\n- [ ] #12\n- [x] #11\n- [ ] ~~#13~~ later\n- [ ] BH-4"
    found = github(
        issue(13, "Return a kayak", STORY, "story"), issue(12, "Pay", STORY, "story"),
        issue(11, "Reserve", STORY, "story", milestone={"number": 1, "title": "Spring"}),
        issue(10, "[Epic] Season", epic),
    )  # fmt: skip
    assert below(found)["#10", "Season"] == [("#11", "Reserve"), ("#12", "Pay")]
    assert sum(map(len, below(found).values())) == 3
    ((first, _),) = [one.stories for one in found[0].epics if one.key == "#10"]
    assert (first.release, first.labels, first.uri) == ("Spring", (), f"{HOME}/issues/11")
    assert found[0].document.metadata.project == "shore/boats"


@pytest.mark.parametrize(
    "line",
    ["Epic: shore/boats#10", "Part of #10", "**Parent:** #10 (Season)", f"Epic: {HOME}/issues/10"],
)
def test_a_story_names_its_epic_as_github_links_issues(line: str) -> None:
    found = github(issue(10, "Season", "", "epic"), issue(11, "Reserve", f"{line}\n\n{STORY}"))
    assert below(found) == {("#10", "Season"): [("#11", "Reserve")]}
    assert found[0].epics[0].stories[0].narrative == STORY


def test_an_epic_of_another_repository_is_not_that_of_the_same_number() -> None:
    named = f"Epic: dunes/carts#10 (Winter)\n\n{STORY}"
    found = github(issue(10, "Season", "", "epic"), issue(11, "Reserve", named))
    assert below(found) == {
        ("#10", "Season"): [],
        ("dunes/carts#10", "Winter"): [("#11", "Reserve")],
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("## Acceptance criteria\r\n- [ ] It floats.\r\n- [x] It is dry.",
         ["It floats.", "It is dry."]),
        ("### Acceptance criteria\n\n1. It floats.\n2. It is dry.", ["It floats.", "It is dry."]),
        ("**Scenario 1 - rain**\n```gherkin\nGiven rain\nWhen I reserve\nThen a roof is shown\n```",
         ["Given rain\nWhen I reserve\nThen a roof is shown"]),
        ("### Acceptance criteria\n<!-- all -->\n| # | Criterion |\n|---|---|\n| 1 | It floats. |",
         ["It floats."]),
        ("### Acceptance criteria\n<!-- one --><!-- each -->\n- It floats <!-- never closed",
         ["It floats <!-- never closed"]),
    ],
)  # fmt: skip
def test_criteria_in_a_body(body: str, words: list[str]) -> None:
    found = github(issue(11, "Reserve", f"{STORY}\n\n{body}", "story"))
    assert criteria(found) == {"Reserve": words}


def test_all_other_issues_are_a_page_with_what_was_said_on_them() -> None:
    said = {"author": {"login": "jo"}, "createdAt": "2027-03-02T09:00:00Z", "body": "20 minutes."}
    epic, page = github(
        issue(11, "Reserve", STORY, "story", comments=[said]),
        issue(12, "Boat held for ever", "**Expected:** it is free", "bug", state="CLOSED",
              comments=[said]),
        issue(14, "Bump node", "Epic: #11", "chore"),
        issue(15, "Reserve boats", STORY, "duplicate", state="CLOSED"),
        issue(16, "Sail", STORY, "story", state="CLOSED", stateReason="NOT_PLANNED"),
        issue(17, "Reserve", STORY, url=f"{HOME}/pull/17"),
    )  # fmt: skip
    assert [key for stories in below([epic, page]).values() for key, _ in stories] == ["#11"]
    assert "#### Comment by jo, 2027-03-02\n\n20 minutes." in epic.document.text
    assert page.document.kind == "page"
    for words in (
        "## #12 Boat held for ever",
        "## #14 Bump node",
        "#### Comment by jo, 2027-03-02",
    ):
        assert words in page.document.text
    assert "#15" not in epic.document.text + page.document.text
    notes = " ".join(epic.notes)
    assert "#15 Reserve boats (duplicate), #16 Sail (NOT_PLANNED)" in notes
    assert "Pull requests were left out: 1." in notes


def test_issues_of_the_rest_api() -> None:
    rest = [
        {"number": 11, "title": "Reserve", "body": STORY, "state": "closed",
         "user": {"login": "maud"},
         "labels": [{"name": "story"}], "milestone": {"title": "Spring"}, "comments": 2,
         "created_at": "2027-02-01T08:00:00Z", "html_url": f"{HOME}/issues/11",
         "url": "https://api.github.com/repos/shore/boats/issues/11"},
        {"number": 12, "title": "Reserve", "body": None, "state": "open", "labels": [],
         "html_url": f"{HOME}/pull/12", "pull_request": {"url": "x"}},
    ]  # fmt: skip
    (found,) = readings("issues.json", json.dumps(rest))
    ((story,),) = [one.stories for one in found.epics]
    assert (story.key, story.release, story.uri) == ("#11", "Spring", f"{HOME}/issues/11")
    assert found.authors == ("maud",)
    assert "Comments that the issues count and the export leaves out: 2." in found.notes


def test_a_list_of_bugs_is_no_epic() -> None:
    (page,) = github(issue(1, "It sinks", "In rain.", "bug"), issue(2, "It leaks", "", "bug"))
    assert (page.document.kind, page.epics) == ("page", ())
    assert "In rain." in page.document.text


@pytest.mark.parametrize(
    ("labels", "more", "is_story"),
    [
        (["documentation", "story"], {}, True),
        (["question", "user story"], {}, True),
        (["bug", "story"], {"type": {"name": "Bug"}}, False),
    ],
)
def test_a_story_with_other_labels_is_one_unless_its_type_says_otherwise(
    labels: list[str], more: dict[str, Any], is_story: bool
) -> None:
    found = github(
        issue(11, "Reserve", STORY, "story"), issue(12, "Return", STORY, *labels, **more)
    )
    keys = [key for stories in below(found).values() for key, _ in stories]
    assert ("#12" in keys) is is_story


@pytest.mark.parametrize(
    "line",
    ["Parent: signs the form before 1 May", "Part of: every form is the date and the signature",
     "Part of #10 is the form"],
)  # fmt: skip
def test_a_sentence_that_begins_like_a_reference_stays(line: str) -> None:
    body = f"{STORY}\n\n## Acceptance criteria\n- It floats.\n- {line}"
    epic = issue(10, "Season", "", "epic")
    found = github(epic, issue(11, "Reserve", body, "story"))
    assert criteria(found) == {"Reserve": ["It floats.", line]}
    found = github(epic, issue(11, "Reserve", f"{STORY}\n\n{line}.", "story"))
    assert line in found[0].document.text
    assert "signs the form before 1 May" not in {title for _, title in below(found)}


@pytest.mark.parametrize("words", ["Epic: {}", "Epic{}", "Parent: {}", "## Stories\n- {}"])
@pytest.mark.parametrize("sign", ["-", "_", "a.", "-/"])
def test_a_long_row_of_signs_is_read_in_linear_time(words: str, sign: str) -> None:
    started = time.process_time()
    list(read_issues([issue(11, "Reserve", words.format(sign * 40_000), "epic"),
                      issue(12, "Return", words.format(sign * 40_000), "story")]))  # fmt: skip
    assert time.process_time() - started < 1


def test_numbers_are_those_of_the_issues_own_repository() -> None:
    def of(project: str, number: int, title: str, body: str, label: str) -> dict[str, Any]:
        url = f"https://github.com/{project}/issues/{number}"
        return issue(number, title, body, label, url=url)

    found = github(
        of("o/a", 10, "Season", "## Stories\n- [ ] #12", "epic"),
        of("o/a", 12, "Reserve", STORY, "story"),
        of("o/b", 12, "Steer", STORY, "story"),
        of("o/b", 13, "Row", f"Epic: #10\n\n{STORY}", "story"),
        of("o/b", 14, "Sail", f"Epic: o/a#10\n\n{STORY}", "story"),
    )
    epics = {key: stories for (key, _), stories in below(found).items()}
    assert epics["o/a#10"] == [("o/a#12", "Reserve"), ("o/b#14", "Sail")]
    assert epics["o/b#10"] == [("o/b#13", "Row")]
    assert [("o/b#12", "Steer")] in epics.values()


# --- Asana and Linear -------------------------------------------------------------------------


def table(name: str, header: str, *rows: dict[str, str]) -> list[Reading]:
    """The documents of a CSV with these columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header.split(","))
    writer.writeheader()
    writer.writerows(rows)
    return readings(name, out.getvalue())


ASANA = (
    "Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,"
    "Start Date,Due Date,Tags,Notes,Projects,Parent task,Blocked By (Dependencies),"
    "Blocking (Dependencies),Type,Release,Epic"
)


def asana(*tasks: dict[str, str]) -> list[Reading]:
    """The documents of a project's tasks, each with an id."""
    numbered = [{"Task ID": f"12094188303{at:05}", **task} for at, task in enumerate(tasks)]
    return table("asana.csv", ASANA, *numbered)


def test_tasks_of_asana_are_epics_and_stories() -> None:
    listed = f"{STORY}\n\nAcceptance criteria\n1. It floats.\n2. It is dry."
    found = asana(
        {"Name": "EPIC: Season", "Type": "Epic", "Notes": "All of summer.", "Release": "4.2"},
        {"Name": "BH-1 Reserve", "Type": "Story", "Notes": listed, "Epic": "Season",
         "Release": "4.2", "Tags": "story,web", "Completed At": "2027-03-01"},
        {"Name": "BH-2 Return", "Type": "Story", "Notes": STORY, "Parent task": "EPIC: Season"},
        {"Name": "Fees", "Type": "Story", "Epic": "Money"},
    )  # fmt: skip
    epics = {title: stories for (_, title), stories in below(found).items()}
    assert epics["Season"] == [("BH-1", "Reserve"), ("BH-2", "Return")]
    ((key, title),) = epics["Money"]
    assert title == "Fees"
    assert "12094188303" not in key
    assert criteria(found)["Reserve"] == ["It floats.", "It is dry."]
    first = found[0].epics[0].stories[0]
    assert (first.release, first.labels) == ("4.2", ("web",))


def test_tasks_below_a_story_are_its_criteria_where_their_name_says_so() -> None:
    epic, page = asana(
        {"Name": "BH-1 Reserve", "Type": "Story", "Notes": STORY},
        {"Name": "AC1: It floats.", "Parent task": "BH-1 Reserve", "Notes": "At 5 knots."},
        {"Name": "AC2: It is dry.", "Parent task": "BH-1 Reserve"},
        {"Name": "Ask the harbour", "Parent task": "BH-1 Reserve", "Notes": "Done."},
        {"Name": "Decision: 20 minutes", "Type": "Decision", "Notes": "Held for 20 minutes.",
         "Epic": "Season"},
    )  # fmt: skip
    first, second = criteria([epic])["Reserve"]
    assert (first.split(), second) == (["It", "floats.", "At", "5", "knots."], "It is dry.")
    assert "Held for 20 minutes." in page.document.text
    assert "## Ask the harbour\n\nPart of: BH-1 Reserve\n\nDone." in page.document.text
    assert "floats" not in page.document.text


def test_a_task_below_a_criterion_is_one_of_the_same_story() -> None:
    (found,) = asana(
        {"Name": "User story: Refund", "Type": "Story", "Notes": STORY},
        {"Name": "AC1: It floats.", "Parent task": "User story: Refund"},
        {"Name": "AC1.1: In rain too.", "Parent task": "AC1: It floats."},
        {"Name": "AC1.1.1: And in hail.", "Parent task": "AC1.1: In rain too."},
    )
    assert [*criteria([found]).values()] == [["It floats.", "In rain too.", "And in hail."]]


def test_criteria_in_a_ring_are_not_lost() -> None:
    found = asana(
        {"Name": "BH-1 Reserve", "Type": "Story", "Notes": STORY},
        {"Name": "AC1: It floats.", "Parent task": "AC2: It is dry."},
        {"Name": "AC2: It is dry.", "Parent task": "AC1: It floats."},
    )
    text = "".join(one.document.text for one in found)
    assert "It floats." in text
    assert "It is dry." in text


def test_a_task_that_was_given_up_is_left_out_by_name() -> None:
    (found,) = asana(
        {"Name": "BH-1 Reserve", "Type": "Story", "Notes": STORY},
        {"Name": "[Duplicate] Reserve", "Type": "Story", "Notes": STORY,
         "Completed At": "2027-03-01"},
    )  # fmt: skip
    assert [title for stories in below([found]).values() for _, title in stories] == ["Reserve"]
    assert "Withdrawn, left out: [Duplicate] Reserve (Duplicate)." in found.notes


def test_tasks_without_a_story_stay_a_table() -> None:
    (found,) = asana(
        {"Name": "It sinks", "Type": "Bug", "Notes": "In rain."},
        {"Name": "Leaflet", "Type": "Chore"},
    )
    assert (found.document.kind, found.epics) == ("table", ())


LINEAR = (
    "ID,Team,Title,Description,Status,Estimate,Priority,Project ID,Project,Creator,Assignee,Labels,"
    "Cycle Number,Cycle Name,Created,Updated,Completed,Canceled,Archived,Due Date,Parent issue,"
    "Project Milestone"
)


def linear(*issues: dict[str, str]) -> list[Reading]:
    """The documents of issues of one project."""
    return table("linear.csv", LINEAR, *({"Project": "Boat app", **one} for one in issues))


def test_issues_of_linear_are_stories_below_what_they_name() -> None:
    named = f"{STORY}\n\nEpic: shore/boats#10"
    listed = f"{named}\n\n**Acceptance criteria**\n\n- [ ] It floats.\n- [ ] It is dry."
    epic, page = linear(
        {"ID": "MOB-1", "Title": "Reserve", "Description": listed,
         "Status": "Done", "Completed": "Mon Feb 16 2027", "Labels": "Story, Water",
         "Team": "Mobile", "Project Milestone": "Spring", "Cycle Name": "Cycle 14"},
        {"ID": "MOB-2", "Title": "Return", "Description": f"{named} (Season)"},
        {"ID": "MOB-3", "Title": "Pay", "Description": STORY},
        {"ID": "MOB-4", "Title": "Tokens", "Parent issue": "MOB-1"},
        {"ID": "MOB-5", "Title": "It sinks", "Labels": "Bug", "Description": "In rain."},
        {"ID": "MOB-6", "Title": "Sail", "Description": STORY, "Canceled": "Fri Feb 20 2027"},
    )  # fmt: skip
    epics = below([epic, page])
    assert epics["shore/boats#10", "Season"] == [("MOB-1", "Reserve"), ("MOB-2", "Return")]
    assert [stories for (_, title), stories in epics.items() if title == "Boat app"] == [
        [("MOB-3", "Pay")]
    ]
    first = next(s for one in epic.epics for s in one.stories if s.key == "MOB-1")
    assert (first.release, first.sprint, first.team) == ("Spring", "Cycle 14", "Mobile")
    assert first.labels == ("Water",)
    assert [one.text for one in first.criteria] == ["It floats.", "It is dry."]
    assert "## MOB-4 Tokens" in page.document.text
    assert "In rain." in page.document.text
    assert "Withdrawn, left out: MOB-6 Sail (Canceled)." in epic.notes


def test_bugs_of_linear_alone_stay_a_table() -> None:
    (found,) = linear(
        {"ID": "MOB-5", "Title": "It sinks", "Labels": "Bug", "Description": "In rain."},
        {"ID": "MOB-6", "Title": "It leaks", "Labels": "Bug"},
    )
    assert (found.document.kind, found.epics) == ("table", ())


# --- ClickUp ----------------------------------------------------------------------------------

CLICKUP = (
    "Task ID,Task Custom ID,Task Name,Task Content,Status,Date Created,Parent ID,Assignees,Tags,"
    "Priority,List Name,Folder Name,Space Name,Checklists,Comments,Release (drop down)"
)


def clickup(*tasks: dict[str, str]) -> list[Reading]:
    """The documents of tasks of one space, its cells empty as ClickUp writes them."""
    empty = {"Parent ID": "null", "Tags": "[]", "Checklists": "{}", "Comments": "[]",
             "List Name": "Backlog", "Folder Name": "Summer", "Space Name": "Boats"}  # fmt: skip
    return table("boats.csv", CLICKUP, *({**empty, **task} for task in tasks))


def test_tasks_of_clickup_are_epics_and_stories() -> None:
    lists = json.dumps({"Acceptance criteria": ["It floats.", "It is dry."], "DoD": ["Reviewed"]})
    said = [{"text": "Two or three?", "by": "maud@x.example", "date": "8/4/2027, 10:02:00 AM GMT"}]
    listed = "*Acceptance criteria*\n- [ ] It is paid.\n- [x] It is printed."
    epic, page = clickup(
        {"Task ID": "86c1", "Task Custom ID": "BH-1", "Task Name": "Season", "Tags": "[epic,web]",
         "Release (drop down)": "4.2"},
        {"Task ID": "86c2", "Task Custom ID": "BH-2", "Task Name": "Reserve", "Parent ID": "86c1",
         "Task Content": STORY, "Checklists": lists, "Comments": json.dumps(said),
         "Release (drop down)": "4.2", "Tags": "[web,4.2]"},
        {"Task ID": "86c3", "Task Name": "Pay", "Task Content": f"{STORY}\n\n{listed}"},
        {"Task ID": "86c4", "Task Custom ID": "BH-4", "Task Name": "Spike: Welsh",
         "Parent ID": "86c1", "Task Content": "One day."},
    )  # fmt: skip
    epics = below([epic])
    assert epics["BH-1", "Season"] == [("BH-2", "Reserve")]
    assert criteria([epic]) == {"Reserve": ["It floats.", "It is dry."],
                                "Pay": ["It is paid.", "It is printed."]}  # fmt: skip
    reserve = next(s for one in epic.epics for s in one.stories if s.key == "BH-2")
    assert (reserve.release, reserve.labels) == ("4.2", ("web", "4.2"))
    assert "Comment by maud@x.example, 2027-08-04\n\nTwo or three?" in epic.document.text
    assert any("DoD (BH-2)" in note for note in epic.notes)
    assert "One day." in page.document.text


# --- GitLab -----------------------------------------------------------------------------------

GITLAB = (
    "Title,Description,Issue ID,URL,State,Author,Author Username,Closed At (UTC),Milestone,Labels,"
    "Epic ID,Epic Title"
)


def gitlab(*issues: dict[str, str]) -> list[Reading]:
    """The documents of issues of one project."""
    home = "https://git.example/shore/boats/-/issues/"
    return table("boats.csv", GITLAB, *({"URL": home + one["Issue ID"], **one} for one in issues))


def test_issues_of_gitlab_are_stories_of_their_milestone() -> None:
    listed = f"{STORY}\n\n## Acceptance criteria\n\n- [ ] It floats.\n- [x] It is dry.\n\n"
    behind = (
        "~web\n\n> @maud: see the page of rules, do not copy it here.\n\n/cc @maud\n\n"
        "<details><summary>Technical</summary>\n\nAs in `boat.json`.\n\n</details>"
    )
    in_epic = {"Epic ID": "12", "Epic Title": "Season"}
    epic, page = gitlab(
        {"Issue ID": "7", "Title": "Reserve", "Description": listed + behind,
         "Labels": "story,web", "Milestone": "Boats 4.2", **in_epic},
        {"Issue ID": "8", "Title": "Return", "Description": STORY, "Labels": "story",
         "Milestone": "Boats 4.1", "State": "Closed", "Closed At (UTC)": "2027-03-07", **in_epic},
        {"Issue ID": "9", "Title": "BUG - it sinks", "Description": "**Steps**\n1. Sit down",
         **in_epic},
        {"Issue ID": "12", "Title": "[Tech] Tokens", "Description": "- [x] new key\n- [ ] test"},
        {"Issue ID": "13", "Title": "Sail", "Labels": "story,dropped", "State": "Closed",
         "Closed At (UTC)": "2027-03-07", **in_epic},
    )  # fmt: skip
    assert below([epic]) == {("&12", "Season"): [("7", "Reserve"), ("8", "Return")]}
    assert criteria([epic])["Reserve"] == ["It floats.", "It is dry."]
    ((first, second),) = (one.stories for one in epic.epics)
    assert (first.release, second.release) == ("Boats 4.2", "Boats 4.1")
    assert "As in `boat.json`." in first.narrative
    assert "@maud" not in first.narrative
    assert "Comment by somebody unknown\n\n@maud: see the page of rules" in epic.document.text
    assert "Withdrawn, left out: 13 Sail (dropped)." in epic.notes
    assert "Sit down" in page.document.text
    assert "## 12 [Tech] Tokens" in page.document.text


def test_work_items_of_gitlab_name_what_is_above_them() -> None:
    header = ("ID,IID,Title,Description,Type,URL,State,Milestone,Labels,Author,Author Username,"
              "Closed At,Parent ID,Parent IID,Parent Title")  # fmt: skip
    listed = f"{STORY}\n\n## Acceptance criteria\n- It floats."
    found = table(
        "items.csv", header,
        {"ID": "901", "IID": "3", "Title": "Season", "Type": "Epic"},
        {"ID": "902", "IID": "7", "Title": "Reserve", "Type": "Issue", "Description": listed,
         "Milestone": "4.2", "Parent ID": "901", "Parent IID": "3", "Parent Title": "Season"},
        {"ID": "903", "IID": "8", "Title": "Ask", "Type": "Task", "Parent ID": "902",
         "Parent IID": "7", "Parent Title": "Reserve"},
    )  # fmt: skip
    assert below(found) == {("3", "Season"): [("7", "Reserve")]}


@pytest.mark.parametrize(
    "line",
    [
        "/cc @maud", "/close", "/label ~web ~\"to do\"", "/milestone %\"Boats 4.2\"",
        "/due 2027-03-07", "/relate #12, shore/boats#13", "/epic &12", "/spend 1h 30m",
        "~web, ~\"to do\"",
    ],
)  # fmt: skip
def test_a_command_or_labels_alone_are_no_criterion_of_gitlab(line: str) -> None:
    assert gitlab_criteria(f"It floats.\n\n{line}") == ["It floats."]


@pytest.mark.parametrize(
    "line",
    [
        "/status must answer 200 within 2 seconds.", "/close ends the session", "/move",
        "/label is kept", "/move returns #12", "~late is a label of the web shop",
    ],
)  # fmt: skip
def test_a_sentence_that_begins_as_a_command_is_a_criterion_of_gitlab(line: str) -> None:
    assert gitlab_criteria(f"It floats.\n\n{line}") == ["It floats.", line]


def test_a_list_below_a_remark_to_a_person_stays_and_so_does_code() -> None:
    assert gitlab_criteria("> @maud: these two,\n> please:\n- It floats.\n- It is dry.") == [
        "It floats.", "It is dry.",
    ]  # fmt: skip
    (reading,) = gitlab({"Issue ID": "7", "Title": "Reserve", "Labels": "story",
                         "Description": f"{STORY}\n\n```\n/close\n\n@maud: hi\n```"})  # fmt: skip
    assert "/close\n\n@maud: hi" in reading.document.text


def gitlab_criteria(words: str) -> list[str]:
    """The criteria of one story of GitLab."""
    found = gitlab({"Issue ID": "7", "Title": "Reserve", "Labels": "story",
                    "Description": f"{STORY}\n\n## Acceptance criteria\n\n{words}"})  # fmt: skip
    return criteria(found)["Reserve"]


# --- Redmine ----------------------------------------------------------------------------------

REDMINE = {
    "en": "#,Project,Tracker,Parent task,Parent task subject,Status,Subject,Author,Updated,"
          "Category,Target version,Closed,Description,Last notes",
    "fr": "#,Projet,Tracker,Tâche parente,Sujet de la demande parent,Statut,Sujet,Auteur,"
          "Mis-à-jour,Catégorie,Version cible,Fermé,Description,Dernières notes",
    "de": "#,Projekt,Tracker,Übergeordnetes Ticket,Thema des übergeordneten Tickets,Status,Thema,"
          "Autor,Aktualisiert,Kategorie,Zielversion,Geschlossen am,Beschreibung,Letzte Kommentare",
    "es": "#,Proyecto,Tipo,Tarea padre,Parent task subject,Estado,Asunto,Autor,Actualizado,"
          "Categoría,Versión prevista,Cerrada,Descripción,Últimas notas",
}  # fmt: skip


def test_issues_of_gitlabs_api_stand_below_their_epic() -> None:
    def issue(number: int, title: str, *labels: str, **more: Any) -> dict[str, Any]:
        return {
            "id": 9000 + number, "iid": number, "project_id": 17, "title": title,
            "description": "## Acceptance criteria\n- It floats.", "state": "opened",
            "labels": list(labels), "milestone": {"title": "Release 7"}, "issue_type": "issue",
            "references": {"short": f"#{number}", "full": f"boats/hire#{number}"},
            "web_url": f"https://gitlab.example/boats/hire/-/issues/{number}",
            "user_notes_count": 2, **more,
        }  # fmt: skip

    above = {"epic": {"id": 241, "iid": 41, "title": "Handover"}}
    story = issue(12, "Sign for a boat", "type::story", "team::Quay", **above)
    bug = issue(13, "It crashes", "type::bug", state="closed")
    group = {"id": 241, "iid": 41, "group_id": 3, "title": "Handover", "state": "opened",
             "labels": [], "description": "Only on the quay.",
             "references": {"full": "boats&41"}}  # fmt: skip
    epic, page = readings("issues.json", json.dumps([story, bug, group]))
    (found,) = epic.epics
    assert (found.key, found.title, found.description) == ("&41", "Handover", "Only on the quay.")
    (told,) = found.stories
    assert (told.key, told.release, told.team) == ("#12", "Release 7", "Quay")
    assert [one.text for one in told.criteria] == ["It floats."]
    assert told.uri == "https://gitlab.example/boats/hire/-/issues/12"
    assert "It crashes" in page.document.text
    assert any("leaves out: 4" in note for note in epic.notes), "comments are counted"
    stone = {"id": 12, "iid": 3, "project_id": 16, "title": "R10", "state": "active",
             "description": "Freeze", "due_date": "2027-11-29"}  # fmt: skip
    (kept,) = readings("milestones.json", json.dumps([stone, {**stone, "iid": 4}]))
    assert "2027-11-29" in kept.document.text, "a milestone is no issue"


def redmine(language: str, *issues: dict[str, str]) -> list[Reading]:
    """The documents of issues whose cells are given under the English names."""
    names = dict(zip(REDMINE["en"].split(","), REDMINE[language].split(","), strict=True))
    rows = ({names[name]: cell for name, cell in one.items()} for one in issues)
    return table("issues.csv", REDMINE[language], *rows)


@pytest.mark.parametrize(
    ("language", "feature", "bug", "support"),
    [
        ("en", "Feature", "Bug", "Support"),
        ("fr", "Evolution", "Anomalie", "Assistance"),
        ("de", "Feature", "Fehler", "Unterstützung"),
        ("es", "Tareas", "Errores", "Soporte"),
    ],
)
def test_issues_of_redmine_in_a_users_language(
    language: str, feature: str, bug: str, support: str
) -> None:
    wiki = (
        f"{STORY}\n\nh3. Acceptance criteria\n\n# It floats.\n# It is dry.\n\nh3. Notes\n\n"
        '<pre><code class="ruby">\nputs 1\n</code></pre>\n\nSee "the rules":https://x.example/r.'
    )
    markdown = f"{STORY}\n\n## Acceptance criteria\n\n* It is paid."
    above = {"Parent task": "10", "Parent task subject": "Season"}
    found = redmine(
        language,
        {"#": "10", "Tracker": "Lot", "Subject": "Season", "Description": "All of summer."},
        {"#": "11", "Tracker": feature, "Subject": "Reserve", "Description": wiki, **above,
         "Target version": "4.2", "Category": "Web", "Last notes": "Seen with *Maud*."},
        {"#": "12", "Tracker": feature, "Subject": "Pay", "Description": markdown,
         "Parent task": "5", "Parent task subject": "Money"},
        {"#": "13", "Tracker": bug, "Subject": "It sinks", "Description": "* Sit down", **above},
        {"#": "14", "Tracker": support, "Subject": "Ask the harbour", **above},
        {"#": "15", "Tracker": "Chantier", "Subject": "Renew the key", **above},
    )  # fmt: skip
    assert below(found) == {("10", "Season"): [("11", "Reserve")], ("5", "Money"): [("12", "Pay")]}
    assert criteria(found) == {"Reserve": ["It floats.", "It is dry."], "Pay": ["It is paid."]}
    epic, page = found
    story = next(s for one in epic.epics for s in one.stories if s.key == "11")
    assert (story.release, story.labels) == ("4.2", ("Web",))
    assert "```\nputs 1\n```" in epic.document.text
    assert "[the rules](https://x.example/r)" in story.narrative
    assert "Comment by somebody unknown\n\nSeen with **Maud**." in epic.document.text
    assert all(f"## {key} " in page.document.text for key in ("13", "14", "15"))


def test_a_numbered_table_is_one_of_redmine_where_more_of_its_columns_say_so() -> None:
    row = {"#": "1", "Tracker": "Feature", "Status": "Open", "Subject": "Pay", "Description": STORY}
    readers = [
        table("req.csv", f"#,Tracker,Status,Subject,Description{more}", row)[0].report.reader
        for more in (",Updated,Closed", "")
    ]
    assert readers == ["Redmine CSV", "csv"]


# --- Shortcut ---------------------------------------------------------------------------------

SHORTCUT = (
    "id,name,type,requester,owners,description,is_completed,completed_at,labels,epic_labels,tasks,"
    "state,epic_id,epic,project_id,project,iteration_id,iteration,team,milestone"
)


def test_stories_of_shortcut_belong_to_the_epic_of_their_row() -> None:
    listed = f"{STORY}\n\n## Acceptance criteria\n\n1. It floats.\n2. It is dry."
    epic, page = table(
        "stories.csv", SHORTCUT,
        {"id": "812", "name": "Reserve", "type": "feature", "description": listed,
         "labels": "web;4.2", "tasks": "[X] Ask", "epic_id": "799", "epic": "Season",
         "iteration": "4.2 Rowing", "team": "Shore"},
        {"id": "809", "name": "Update Node", "type": "chore", "team": "Shore"},
        {"id": "810", "name": "It sinks", "type": "bug", "epic_id": "799", "epic": "Season"},
    )  # fmt: skip
    assert below([epic]) == {("799", "Season"): [("812", "Reserve")]}
    assert criteria([epic])["Reserve"] == ["It floats.", "It is dry."]
    ((story,),) = (one.stories for one in epic.epics)
    assert (story.sprint, story.team, story.labels) == ("4.2 Rowing", "Shore", ("web", "4.2"))
    assert "## 809 Update Node" in page.document.text
    assert "## 810 It sinks" in page.document.text


# --- YouTrack ---------------------------------------------------------------------------------

YOUTRACK = (
    "Issue Id,Project,Tags,Summary,Description,Reporter,Created,Resolved,Type,State,Subsystem,"
    "Fix versions,Parent for,Subtask of,Votes"
)
_RULES = "**Acceptance criteria**\n* It floats.\n* It is dry."


@pytest.mark.parametrize("above", ["Parent for", "Subtask of", "both"])
def test_issues_of_youtrack_stand_below_their_epic_whichever_side_tells(above: str) -> None:
    down = {"Parent for": "BH-3, BH-4"} if above != "Subtask of" else {}
    up = {"Subtask of": "BH-2"} if above != "Parent for" else {}
    epic, page = table(
        "issues.csv", YOUTRACK,
        {"Issue Id": "BH-2", "Project": "Boats", "Summary": "Season", "Type": "Epic", **down},
        {"Issue Id": "BH-3", "Project": "Boats", "Summary": "Reserve", "Type": "User Story",
         "Description": _RULES, "Tags": "uat, web", "Fix versions": "4.2", "Subsystem": "Shore",
         "Reporter": "Maud", **up},
        {"Issue Id": "BH-4", "Project": "Boats", "Summary": "It sinks", "Type": "Bug", **up},
    )  # fmt: skip
    assert below([epic]) == {("BH-2", "Season"): [("BH-3", "Reserve")]}
    assert criteria([epic]) == {"Reserve": ["It floats.", "It is dry."]}
    ((story,),) = (one.stories for one in epic.epics)
    assert (story.release, story.team, story.labels) == ("4.2", "Shore", ("uat", "web"))
    assert "## BH-4 It sinks" in page.document.text


def test_a_story_of_youtrack_below_another_belongs_to_the_epic_of_that() -> None:
    (epic, _) = table(
        "issues.csv", YOUTRACK,
        {"Issue Id": "BH-2", "Project": "Boats", "Summary": "Season", "Type": "Epic",
         "Parent for": "BH-3"},
        {"Issue Id": "BH-3", "Project": "Boats", "Summary": "Reserve", "Type": "User Story",
         "Description": _RULES, "Parent for": "BH-5"},
        {"Issue Id": "BH-5", "Project": "Boats", "Summary": "Pay", "Type": "User Story",
         "Description": _RULES, "Parent for": "BH-6, BH-2"},
        {"Issue Id": "BH-6", "Project": "Boats", "Summary": "Tell", "Type": "Task"},
    )  # fmt: skip
    assert below([epic]) == {("BH-2", "Season"): [("BH-3", "Reserve"), ("BH-5", "Pay")]}


def test_stories_of_youtrack_in_a_ring_are_kept() -> None:
    (epic,) = table(
        "issues.csv", YOUTRACK,
        {"Issue Id": "BH-3", "Project": "Boats", "Summary": "Reserve", "Type": "User Story",
         "Description": _RULES, "Subtask of": "BH-5"},
        {"Issue Id": "BH-5", "Project": "Boats", "Summary": "Pay", "Type": "User Story",
         "Description": _RULES, "Subtask of": "BH-3"},
        {"Issue Id": "BH-7", "Project": "Boats", "Summary": "Sail", "Type": "User Story",
         "Description": _RULES, "Subtask of": "BH-3", "State": "Duplicate"},
    )  # fmt: skip
    assert list(criteria([epic])) == ["Reserve", "Pay"]
    assert "Withdrawn, left out: BH-7 Sail (Duplicate)." in epic.notes


def test_a_company_s_own_columns_of_youtrack_are_named_as_not_used() -> None:
    (epic,) = table(
        "issues.csv", f"{YOUTRACK},Hints,Acceptance criteria,Blank",
        {"Issue Id": "BH-3", "Project": "Boats", "Summary": "Reserve", "Type": "User Story",
         "Hints": "Only members", "Acceptance criteria": "- It floats.", "Votes": "3"},
    )  # fmt: skip
    assert criteria([epic]) == {"Reserve": ["It floats."]}
    assert "Columns not used: Hints." in epic.notes


def test_a_long_chain_of_issues_is_climbed_once() -> None:
    begun = time.perf_counter()
    rows = [{"Issue Id": f"BH-{n}", "Project": "Boats", "Summary": f"Sail {n}",
             "Type": "User Story" if n else "Epic", "Subtask of": f"BH-{n - 1}" if n else ""}
            for n in range(1000)]  # fmt: skip
    (epic,) = table("issues.csv", YOUTRACK, *rows[::-1])
    assert len(epic.epics[0].stories) == 999
    assert time.perf_counter() - begun < 4


@pytest.mark.parametrize("told", ["up", "down"])
def test_issues_of_youtracks_api_are_read_as_its_table_is(told: str) -> None:
    def one(number: str, title: str, kind: str, direction: str = "", other: str = "") -> Any:
        return {
            "id": f"2-{number}", "idReadable": number, "summary": title, "$type": "Issue",
            "description": _RULES if kind == "User Story" else None, "project": {"name": "Boats"},
            "customFields": [
                {"name": "Type", "value": {"name": kind}}, {"name": "State", "value": None},
                {"name": "Fix versions", "value": [{"name": "4.2"}]},
                {"name": "Points", "value": 3},
            ],
            "links": [{"direction": direction, "issues": [{"idReadable": other}] if other else [],
                       "linkType": {"name": "Subtask", "sourceToTarget": "parent for",
                                    "targetToSource": "subtask of"}}],
        }  # fmt: skip

    (reading,) = readings("issues.json", json.dumps([
        one("BH-2", "Season", "Epic", "OUTWARD", "BH-3" if told == "down" else ""),
        one("BH-3", "Reserve", "User Story", "INWARD", "BH-2" if told == "up" else ""),
    ]))  # fmt: skip
    assert below([reading]) == {("BH-2", "Season"): [("BH-3", "Reserve")]}
    assert criteria([reading]) == {"Reserve": ["It floats.", "It is dry."]}
    assert reading.epics[0].stories[0].release == "4.2"
    (bugs,) = readings("bugs.json", json.dumps([one("BH-4", "It sinks", "Bug")]))
    assert "It sinks" in bugs.document.text


# --- Aha! -------------------------------------------------------------------------------------


def aha(number: str, name: str, body: str = "", **more: Any) -> dict[str, Any]:
    """A record as the API gives it."""
    return {
        "id": f"7{len(number)}", "reference_num": number, "name": name,
        "url": f"https://shore.aha.io/features/{number}",
        "resource": f"https://shore.aha.io/api/v1/features/{number}",
        "description": {"id": "8", "body": body}, **more,
    }  # fmt: skip


def test_features_of_aha_are_stories_with_their_requirements_as_criteria() -> None:
    above = {"epic": {"reference_num": "BH-E-1", "name": "Season"},
             "release": {"reference_num": "BH-R-1", "name": "4.2"}, "tags": ["web"]}  # fmt: skip
    rejected = {"workflow_status": {"name": "Rejected"}}
    listed = "<p>One can pay.</p><h3>Acceptance criteria</h3><ul><li>By card.</li></ul>"
    (reading,) = readings("features.json", json.dumps({
        "epics": [aha("BH-E-1", "Season", "<p>All of summer.</p>")],
        "features": [
            aha("BH-1", "Reserve", f"<p>{STORY}</p>", **above, requirements=[
                aha("BH-1-1", "Free places", "<p>Only <em>free</em> kayaks.</p>"),
                aha("BH-1-2", "Colours", "<p>It is red.</p>", **rejected),
                aha("BH-1-3", "Pay", listed),
            ]),
            aha("BH-2", "Sail", listed, **above),
        ],
        "pagination": {"total_records": 2},
    }))  # fmt: skip
    assert below([reading]) == {
        ("BH-E-1", "Season"): [("BH-1", "Reserve"), ("BH-1-3", "Pay"), ("BH-2", "Sail")]
    }
    reserve, pay, sail = reading.epics[0].stories
    assert [one.id for one in reserve.criteria] == ["BH-1-1"]
    assert " ".join(reserve.criteria[0].text.split()) == "Free places Only free kayaks."
    assert [one.text for story in (pay, sail) for one in story.criteria] == ["By card."] * 2
    assert {story.release for story in (reserve, pay, sail)} == {"4.2"}
    assert reserve.labels == ("web",)
    assert reserve.uri == "https://shore.aha.io/features/BH-1"
    assert "Withdrawn, left out: BH-1-2 Colours (Rejected)." in reading.notes


def test_one_record_of_aha_is_read_and_another_list_of_features_is_none() -> None:
    (reading,) = readings("feature.json", json.dumps({
        "feature": aha("BH-1", "Reserve", "", requirements=[aha("BH-1-1", "Free places")]),
    }))  # fmt: skip
    assert criteria([reading]) == {"Reserve": ["Free places"]}
    (other,) = readings("map.json", json.dumps({
        "features": [{"name": "Pier", "reference_num": "P-1"}, {"name": "Shed"}],
    }))  # fmt: skip
    assert other.document.kind == "table"
    (odd,) = readings("odd.json", json.dumps({
        "features": [aha("BH-1", "Reserve", "x", tags=7, epic="E", release=[], requirements="y",
                         workflow_status=None, custom_fields={})],
    }))  # fmt: skip
    assert odd.document.text


def test_rich_text_in_fields_of_aha_is_converted() -> None:
    fields = [{"name": "Acceptance criteria", "value": "<ul><li>A <b>date</b></li></ul>"},
              {"name": "Team", "value": "R&D <Shore>"}, {"name": "Points", "value": 5}]  # fmt: skip
    (reading,) = readings("feature.json", json.dumps({
        "feature": aha("BH-1", "Reserve", STORY, custom_fields=fields),
    }))  # fmt: skip
    assert criteria([reading]) == {"Reserve": ["A date"]}
    assert reading.epics[0].stories[0].team == "R&D <Shore>"


def test_a_report_of_aha_has_a_row_for_each_requirement() -> None:
    header = ("Release name,Epic reference #,Epic name,Feature reference #,Feature name,"
              "Feature description,Feature status,Requirement reference #,Requirement name,"
              "Requirement description,Requirement status")  # fmt: skip
    feature = {"Release name": "4.2", "Epic reference #": "BH-E-1", "Epic name": "Season",
               "Feature reference #": "BH-1", "Feature name": "Reserve",
               "Feature description": STORY}  # fmt: skip
    (reading,) = table(
        "report.csv", header,
        {**feature, "Requirement reference #": "BH-1-1", "Requirement name": "Free places",
         "Requirement description": "<p>Only free kayaks.</p>"},
        {**feature, "Requirement reference #": "BH-1-2", "Requirement name": "Colours",
         "Requirement status": "Rejected"},
        {**feature, "Feature reference #": "BH-2", "Feature name": "Sail"},
    )  # fmt: skip
    assert below([reading]) == {("BH-E-1", "Season"): [("BH-1", "Reserve"), ("BH-2", "Sail")]}
    reserve, sail = reading.epics[0].stories
    assert [(one.id, " ".join(one.text.split())) for one in reserve.criteria] == [
        ("BH-1-1", "Free places Only free kayaks.")
    ]
    assert (sail.release, sail.criteria) == ("4.2", ())
    assert "Withdrawn, left out: BH-1-2 Colours (Rejected)." in reading.notes


def test_a_report_of_aha_loses_no_row() -> None:
    header = ("Epic reference #,Epic name,Feature reference #,Feature name,"
              "Feature acceptance criteria,Feature type,Requirement reference #,"
              "Requirement name,Requirement description")  # fmt: skip
    epic = {"Epic reference #": "BH-E-1", "Epic name": "Season"}
    (reading,) = table(
        "report.csv", header,
        {**epic, "Feature reference #": "BH-1", "Feature name": "Reserve",
         "Feature acceptance criteria": "- Only members book."},
        {**epic, "Feature reference #": "BH-2", "Feature name": "Sail",
         "Requirement reference #": "BH-2-1", "Requirement description": "At most 3 boats."},
        {**epic, "Requirement reference #": "BH-3-1", "Requirement name": "Cancel",
         "Requirement description": "Free for 24 hours."},
        {**epic, "Feature reference #": "BH-4", "Feature name": "Row", "Feature type": "New"},
        {"Epic reference #": "BH-E-2", "Epic name": "Payments"},
    )  # fmt: skip
    assert below([reading]) == {
        ("BH-E-1", "Season"): [
            ("BH-1", "Reserve"),
            ("BH-2", "Sail"),
            ("BH-4", "Row"),
            ("BH-3-1", "Cancel"),
        ],
        ("BH-E-2", "Payments"): [],
    }
    reserve, sail, _, cancel = reading.epics[0].stories
    assert [one.text for one in reserve.criteria] == ["Only members book."]
    assert [(one.id, one.text) for one in sail.criteria] == [("BH-2-1", "At most 3 boats.")]
    assert "Free for 24 hours." in cancel.narrative
    assert "Columns not used: Feature type." in reading.notes
