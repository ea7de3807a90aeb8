"""The filters that are measured: as the product asks them, and as somebody would write them by hand."""

import json
from dataclasses import dataclass
from typing import Any

from .population import Population


@dataclass(frozen=True)
class Question:
    """A filter as an address carries it, and the condition of a hand-written query over `people_person p`."""

    name: str
    written: list[Any]
    by_hand: str

    @property
    def address(self) -> str:
        return json.dumps(self.written)


def all_of(*conditions: list[Any]) -> list[Any]:
    return ["and", ["and", *conditions]]


def people(there: Population) -> str:
    """Whom teammates see, by hand."""
    return f"p.workspace_id = {there.workspace.pk} AND p.state = 'active' AND p.role <> 'visitor'"


def questions(there: Population) -> list[Question]:
    column, company, key = there.column, there.workspace.pk, there.key
    belongs = (
        "EXISTS (SELECT FROM companies_membership m JOIN companies_company c ON c.id = m.company_id "
        f"WHERE m.person_id = p.id AND c.workspace_id = {company} AND c.state = 'active' AND "
    )
    event = f"EXISTS (SELECT FROM events_eventsummary s WHERE s.workspace_id = {company} AND s.person_id = p.id AND "
    exported, vip = key("events_eventname", "exported-csv"), key("tags_tag", "VIP")
    return [
        Question("rare", all_of(["custom_attributes.coupon", "is", "coupon 7"]), f"p.{column('coupon')} = 'coupon 7'"),
        Question("common", all_of(["custom_attributes.plan", "is", "pro"]), f"p.{column('plan')} = 'pro'"),
        Question(
            "six at once",
            all_of(
                ["role", "is", "user"],
                ["country", "is", "Ireland"],
                ["custom_attributes.plan", "is_not", "enterprise"],
                ["custom_attributes.onboarded", "is_true"],
                ["custom_attributes.files", "less_than", 10],
                ["last_seen_at", "more_than", 30],
            ),
            f"p.role = 'user' AND p.country = 'Ireland' AND ({column('plan')} IS NULL OR {column('plan')} <> "
            f"'enterprise') AND {column('onboarded')} AND {column('files')} < 10 "
            f"AND p.last_seen_at < timestamptz '{there.now.isoformat()}' - interval '30 days'",
        ),
        Question(
            "either or",
            ["or", ["and", ["country", "is", "Norway"]], ["and", ["custom_attributes.score", "greater_than", 90]]],
            f"(p.country = 'Norway' OR p.{column('score')} > 90)",
        ),
        Question(
            "part of a text",
            all_of(["custom_attributes.campaign", "contains", "paign 12"]),
            f"lower(p.{column('campaign')}) LIKE '%%paign 12%%'",
        ),
        Question(
            "company",
            all_of(["company.plan", "is", "enterprise"], ["company.size", "greater_than", 100]),
            f"{belongs} c.plan = 'enterprise' AND c.size > 100)",
        ),
        Question(
            "event",
            all_of(["event_count.exported-csv", "greater_than", 5]),
            f"{event} s.name_id = {exported} AND s.count > 5)",
        ),
        Question(
            "tag",
            all_of(["tag", "is", vip]),
            f"EXISTS (SELECT FROM tags_tagging t WHERE t.workspace_id = {company} AND t.about = 'person' "
            f"AND t.tag_id = {vip} AND t.record_id = p.id)",
        ),
        Question(
            "company or event",
            [
                "and",
                ["or", ["company.plan", "is", "enterprise"], ["event_count.exported-csv", "greater_than", 5]],
                ["and", ["role", "is", "user"]],
            ],
            f"({belongs} c.plan = 'enterprise') OR {event} s.name_id = {exported} AND s.count > 5)) "
            "AND p.role = 'user'",
        ),
    ]
