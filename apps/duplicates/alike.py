"""What makes two people look like one (BEY-08): the same email, the same phone, or a near-equal name in one company.

- Emails are kept in lower case, so the same is the same.
- Of phones the digits are compared, and an international prefix is one however it is written: `+353 87 123 4567`,
  `00353871234567` and `+353 (0)87 123 4567` are the same. `087 123 4567` is another: nobody said of which country.
  Fewer than seven digits are an extension or a short code, which many may share.
- Names are near-equal from `NEAR` on, as trigrams tell; both must belong to one company, or every John Smith would be
  the same.
"""

from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, TextChoices, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Length, Lower

from apps.attributes.models import State
from apps.companies.models import Membership

NEAR = 0.6  # "Ann Lee" and "Anne Lee" 0.7, "Jon Smith" and "John Smith" 0.62, "Ann Smith" and "Dan Smith" 0.43
FEWEST_DIGITS = 7
DIGITS = r"regexp_replace(regexp_replace({}, '\(0\)|[^0-9]', '', 'g'), '^00', '')"


class Reason(TextChoices):
    EMAIL = "email", "Same email"
    PHONE = "phone", "Same phone"
    NAME = "name", "Near-equal name, same company"


class Digits(Func):
    """A phone as it is compared."""

    template = DIGITS.format("%(expressions)s")
    arity = 1
    output_field = TextField()


def _same(condition: Q) -> Combinable:
    """Whether it is so; what is unknown is not."""
    return Coalesce(ExpressionWrapper(condition, output_field=BooleanField()), False)


def _in_one_company() -> Exists:
    theirs = Membership.objects.filter(person=OuterRef("lower"), company__state=State.ACTIVE)
    return Exists(theirs.filter(company__memberships__person=OuterRef("higher")))


def _names_are_near() -> Q:
    # names in a script that trigrams know nothing of are still equal or not
    equal = Q(_lower_called=F("_higher_called"))
    return (equal | Q(_nearness__gte=NEAR)) & Q(_in_one_company())


def compared() -> dict[str, Any]:
    """Annotations of `Pair`, in order: `same_email`, `same_phone` and `same_name` are for those who read."""
    return {
        "_lower_digits": Digits("lower__phone"),
        "_higher_digits": Digits("higher__phone"),
        "_long_enough": Length("_lower_digits"),
        "_lower_called": Lower("lower__name"),
        "_higher_called": Lower("higher__name"),
        "_nearness": TrigramSimilarity("lower__name", F("higher__name")),  # type: ignore[arg-type]  # takes expressions too
        "same_email": _same(Q(lower__email=F("higher__email"))),
        "same_phone": _same(Q(_lower_digits=F("_higher_digits"), _long_enough__gte=FEWEST_DIGITS)),
        "same_name": _same(_names_are_near()),
    }


def are_alike() -> Q:
    return Q(same_email=True) | Q(same_phone=True) | Q(same_name=True)
