"""Why a record is in a segment, or is not (BEY-03)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attributes.models import Attributed
from apps.attributes.sources import Source
from apps.events.recording import Occurrence, record
from apps.segments import saving
from apps.segments.comparisons import Moment
from apps.segments.explaining import Explanation, Line, distance, explained
from apps.segments.language import Condition, Filter, Group
from apps.segments.models import Segment
from apps.segments.standing import find
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, attribute
from tests.segments.conftest import both, company, conditions, either

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def save(workspace: Workspace, name: str, asked: Filter, about: str = "person") -> Segment:
    fresh = Workspace.objects.get(pk=workspace.pk)
    return saving.create(fresh, about, name, asked, by=NOBODY, now=NOW)


def why(record: Attributed, slug: object) -> Explanation:
    record.workspace = Workspace.objects.get(pk=record.workspace_id)
    standing = find(record.workspace, record.about, str(slug))
    return explained(record, standing, Moment(NOW, record.workspace.zone))


def told(explanation: Explanation) -> list[tuple[str, bool | None, str]]:
    """Each condition with its answer and what is there."""
    return [(line.words, line.met, line.actual) for part in explanation.parts for line in part.lines]


def first_line(explanation: Explanation) -> Line:
    return explanation.parts[0].lines[0]


def test_each_condition_is_told_with_its_answer_and_the_value(workspace, plant):
    """BEY-03: plan is trial ✓ (trial) · trial_end_date within 3 days ✗ (9 days ahead)"""
    attribute(workspace, "plan")
    attribute(workspace, "trial_ends", "date")
    ann = plant("Ann", {"plan": "trial", "trial_ends": int((NOW + 9 * DAY).timestamp())})
    within = ("custom_attributes.trial_ends", "more_than", -3), ("custom_attributes.trial_ends", "less_than", 0)
    trials = save(workspace, "Trial ending", both(("custom_attributes.plan", "is", "trial"), *within))

    explanation = why(ann, trials.pk)

    assert explanation.met is False
    assert told(explanation) == [
        ("plan is trial", True, "trial"),
        ("trial_ends more than -3 days ago", False, "9 days ahead: 19 Mar 2026, 15:00"),
        ("trial_ends less than 0 days ago", True, "9 days ahead: 19 Mar 2026, 15:00"),
    ]


def test_whoever_is_in_is_told_why(workspace, plant):
    """BEY-03"""
    ann = plant("Ann", last_seen_at=NOW - 5 * DAY)

    explanation = why(ann, "active")

    assert (explanation.met, told(explanation)) == (
        True,
        [("Last seen less than 30 days ago", True, "5 days ago: 5 Mar 2026, 15:00")],
    )
    assert first_line(explanation).window == "after 8 Feb 2026, 15:00"


def test_what_is_unknown_says_so(workspace, plant):
    """FILT-09, FILT-10, UI-06"""
    attribute(workspace, "files", "number")
    ann = plant("Ann")
    segment = save(
        workspace, "Few", both(("custom_attributes.files", "less_than", 1), ("custom_attributes.files", "is_not", 7))
    )

    assert told(why(ann, segment.pk)) == [("files less than 1", False, "Unknown"), ("files is not 7", True, "Unknown")]


def test_numbers_flags_and_types_are_said_as_people_read_them(workspace, plant):
    attribute(workspace, "files", "number")
    attribute(workspace, "vip", "boolean")
    ann = plant("Ann", {"files": 1200, "vip": True}, session_count=3)
    asked = both(
        ("custom_attributes.files", "is", 1200),
        ("custom_attributes.vip", "is_false"),
        ("session_count", "greater_than", 2),
        ("role", "is", "user"),
    )
    segment = save(workspace, "Some", asked)

    assert [(met, actual) for _, met, actual in told(why(ann, segment.pk))] == [
        (True, "1,200"),
        (False, "True"),
        (True, "3"),
        (True, "User"),
    ]


def test_each_group_has_its_result(workspace, plant):
    """FILT-11"""
    ann = plant("Ann", city="Cork", country="Ireland")
    asked = Filter(
        (
            Group(conditions(("city", "is", "Cork"), ("country", "is", "UK"))),
            Group(conditions(("city", "is", "Galway"), ("country", "is", "Ireland")), any=True),
        ),
        any=True,
    )
    segment = save(workspace, "Irish", asked)

    explanation = why(ann, segment.pk)

    assert [(part.any, part.met) for part in explanation.parts] == [(False, False), (True, True)]
    assert (explanation.any, explanation.met) == (True, True)


def test_the_values_of_all_companies_stand_beside_a_company_condition(workspace, plant):
    """FILT-13"""
    ann, bea = plant("Ann"), plant("Bea")
    company(workspace, "X", ann, plan="free")
    company(workspace, "Y", ann, plan="enterprise")
    segment = save(workspace, "Big", both(("company.plan", "is", "enterprise")))

    [(_, is_in, plans)], [(_, is_out, nothing)] = told(why(ann, segment.pk)), told(why(bea, segment.pk))

    assert (is_in, sorted(plans.split(", ")), is_out, nothing) == (True, ["enterprise", "free"], False, "none")


def test_what_people_did_stands_beside_a_condition_of_events(workspace, plant):
    """FILT-14"""
    ann, bea = plant("Ann", external_id="1"), plant("Bea", external_id="2")
    occurred = [Occurrence(ann.pk, "exported-csv", NOW - days * DAY, {}) for days in range(2, 8)]
    record(Workspace.objects.get(pk=workspace.pk), occurred, source=Source.REST, by=NOBODY, now=NOW)
    asked = both(
        ("event_count.exported-csv", "greater_than", 5),
        ("event_last.exported-csv", "less_than", 2),
        ("event.exported-csv", "has_occurred"),
    )
    segment = save(workspace, "Exporters", asked)

    of_ann, of_bea = told(why(ann, segment.pk)), told(why(bea, segment.pk))

    assert [(met, actual) for _, met, actual in of_ann] == [
        (True, "6"),
        (False, "2 days ago: 8 Mar 2026, 15:00"),
        (True, ""),
    ]
    assert [(met, actual) for _, met, actual in of_bea] == [(False, "none")] * 3


def test_conditions_that_different_companies_meet_are_explained(workspace, plant):
    """FILT-13: each is met, and still nobody is in."""
    ann = plant("Ann")
    company(workspace, "X", ann, plan="free", size=500)
    company(workspace, "Y", ann, plan="enterprise", size=5)
    segment = save(workspace, "Big", both(("company.plan", "is", "enterprise"), ("company.size", "greater_than", 100)))

    explanation = why(ann, segment.pk)

    assert (explanation.met, [met for _, met, _ in told(explanation)]) == (False, [True, True])
    assert explanation.parts[0].note == "Company plan and Company size are each met, but not by one and the same."


def test_a_condition_of_a_segment_is_explained_inside_it(workspace, plant):
    """FILT-15"""
    ann = plant("Ann", city="Cork")
    cork = save(workspace, "Cork", both(("city", "is", "Cork")))
    segment = save(workspace, "Elsewhere", both(("segment", "not_in", str(cork.pk))))

    line = first_line(why(ann, segment.pk))

    assert (line.words, line.met) == ("Segment not in Cork", False)
    assert line.inside is not None
    assert (line.inside.met, told(line.inside)) == (True, [("City is Cork", True, "Cork")])


def test_a_condition_that_cannot_be_asked_is_marked_and_the_others_are_answered(workspace, plant):
    plan = attribute(workspace, "plan")
    ann = plant("Ann", city="Cork")
    segment = save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial"), ("city", "is", "Cork")))
    plan.archived_at = NOW
    plan.save()
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version="0" * 32)

    explanation = why(ann, segment.pk)

    reason = "“plan” cannot be filtered by any more: it is archived or gone"
    assert (explanation.met, explanation.problem) == (None, f"{reason}.")
    assert told(explanation) == [(reason, None, ""), ("City is Cork", True, "Cork")]


def test_a_segment_of_everybody_needs_no_reasons(workspace, plant):
    acme = company(workspace, "Acme", plant("Ann"))

    explanation = why(acme, "all")

    assert (explanation.met, explanation.parts) == (True, [])


def test_the_database_is_asked_once_whatever_is_asked(workspace, plant):
    """BEY-03"""
    ann = plant("Ann", city="Cork")
    company(workspace, "X", ann, plan="free", size=500)
    cork = save(workspace, "Cork", either(("city", "is", "Cork"), ("country", "is", "Ireland")))
    asked = both(
        ("company.plan", "is", "free"),
        ("company.size", "greater_than", 100),
        ("segment", "in", str(cork.pk)),
        ("segment", "in", "active"),
        ("company", "is_any"),
        ("last_seen_at", "is_unknown"),
    )
    segment = save(workspace, "All", asked)
    why(ann, segment.pk)  # so that catalogue and segments are read
    standing = find(ann.workspace, "person", str(segment.pk))

    with CaptureQueriesContext(connection) as queries:
        explanation = explained(ann, standing, Moment(NOW, ann.workspace.zone))

    assert (len(queries), explanation.met, len(told(explanation))) == (1, False, 6)


def test_the_explanation_agrees_with_the_list(workspace, plant):
    """A filter's own example of each kind: met in the explanation just where the list has them."""
    ann = plant("Ann", city="Cork", last_seen_at=NOW - 3 * DAY, session_count=2)
    company(workspace, "X", ann, plan="free")
    for field, comparison, value in [
        ("city", "contains", "or"),
        ("city", "contains_word", "or"),
        ("email", "is_not", "a@example.test"),
        ("last_seen_at", "exactly", 3),
        ("last_seen_at", "on", "2026-03-07"),
        ("session_count", "less_than", 2),
        ("company.plan", "is_unknown", None),
        ("company", "is_none", None),
        ("segment", "not_in", "leads"),
    ]:
        segment = save(workspace, f"{field} {comparison}", both((field, comparison, value)))
        explanation = why(ann, segment.pk)
        condition = Condition("segment", "in", str(segment.pk))
        around = save(workspace, f"in {segment.pk}", Filter((Group((condition,)),)))

        assert first_line(explanation).met == explanation.met == why(ann, around.pk).met


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 days ago"),
        (-DAY, "1 day ago"),
        (-DAY + timedelta(seconds=1), "0 days ago"),
        (9 * DAY, "9 days ahead"),
        (timedelta(seconds=1), "0 days ahead"),
        (-1200 * DAY, "1,200 days ago"),
    ],
)
def test_a_distance_counts_blocks_of_24_hours(span, words):
    """DATE-02"""
    assert distance(NOW + span, NOW) == words
