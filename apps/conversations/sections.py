"""The Conversations section of a profile: how many there were, and how content the person was (D-46)."""

from django.db.models import Avg, Count

from apps.people.sections import Context, Profile, Section

from .models import Conversation

MOST_SHOWN = 5


def conversations(profile: Profile) -> Context | None:
    theirs = Conversation.objects.filter(workspace=profile.workspace, person=profile.person)
    summed = theirs.aggregate(number=Count("pk"), ratings=Count("rating"), average=Avg("rating__score"))
    if not summed["number"]:
        return None
    latest = list(theirs.select_related("rating").order_by("-pk")[:MOST_SHOWN])
    for conversation in latest:
        conversation.workspace = profile.workspace
    return {**summed, "count": summed["number"], "latest": latest}


CONVERSATIONS = Section(87, "conversations", "Conversations", "conversations/_section.html", conversations, aside=True)
