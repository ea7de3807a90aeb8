"""The Events section of a profile: what somebody did how often, first and last, and lately (EVT-01, EVT-07)."""

from apps.people.sections import Context, Profile, Section
from apps.workspace.clock import now

from .timeline import summaries_of, timeline_of

MOST_SHOWN = 6
MOST_LINES = 8


def events(profile: Profile) -> Context:
    summaries = summaries_of(profile.person)
    if not summaries:
        return {"summaries": []}
    return {
        "summaries": summaries[:MOST_SHOWN],
        "more": max(0, len(summaries) - MOST_SHOWN),
        "count": len(summaries),
        "timeline": timeline_of(profile.person, summaries, now(), most=MOST_LINES),
    }


EVENTS = Section(50, "events", "Events", "events/_section.html", events, actions="events/_section_actions.html")
